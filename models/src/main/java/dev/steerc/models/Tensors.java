package dev.steerc.models;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Tensor messages from numbers, with the numbers as raw bytes. */
public final class Tensors {
  public static final int FLOAT = 1;
  public static final int UINT8 = 2;
  public static final int INT8 = 3;
  public static final int INT32 = 6;
  public static final int INT64 = 7;
  public static final int BOOL = 9;
  public static final int FLOAT16 = 10;
  static final int BFLOAT16 = 16;

  private Tensors() {}

  public static TensorProto weight(String name, Weight weight, int type) {
    return floats(type, weight.dims(), weight.values()).toBuilder().setName(name).build();
  }

  /** A tensor of type FLOAT, FLOAT16 or BFLOAT16. */
  public static TensorProto floats(int type, List<Integer> dims, float... values) {
    ByteBuffer bytes = buffer(values.length * (type == FLOAT ? 4 : 2));
    for (float value : values) {
      if (type == FLOAT) {
        bytes.putFloat(value);
      } else {
        bytes.putShort(type == FLOAT16 ? Half.of(value) : brain(value));
      }
    }
    return raw(type, dims, bytes.array());
  }

  /** The upper half of a float32, rounded to the nearest, ties to even. */
  private static short brain(float value) {
    int bits = Float.floatToIntBits(value);
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  public static TensorProto longs(List<Integer> dims, long... values) {
    ByteBuffer bytes = buffer(values.length * 8);
    bytes.asLongBuffer().put(values);
    return raw(INT64, dims, bytes.array());
  }

  public static TensorProto raw(int type, List<Integer> dims, byte... bytes) {
    var tensor = TensorProto.newBuilder().setDataType(type).setRawData(ByteString.copyFrom(bytes));
    dims.forEach(tensor::addDims);
    return tensor.build();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
