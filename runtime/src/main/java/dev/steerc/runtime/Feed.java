package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.steerc.runtime.format.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;

/**
 * What to feed an input of a model.
 *
 * @param type the element type that the model declares
 * @param dims the shape
 * @param data the elements in native order
 */
public record Feed(OnnxJavaType type, long[] dims, ByteBuffer data) {

  /** A source of numbers by position. */
  public interface Numbers {
    double at(int index);
  }

  /** A tensor of the given type and shape with the given numbers, in memory of its own. */
  public static Feed of(OnnxJavaType type, long[] dims, Numbers numbers) {
    return of(type, dims, numbers, ByteBuffer::allocateDirect);
  }

  /**
   * The same in other memory.
   *
   * @param memory gives so many bytes, or more
   */
  static Feed of(OnnxJavaType type, long[] dims, Numbers numbers, IntFunction<ByteBuffer> memory) {
    int elements = Floats.elements(dims);
    ByteBuffer data = memory.apply(elements * type.size).order(ByteOrder.nativeOrder()).clear();
    for (int i = 0; i < elements; i++) {
      put(data, type, numbers.at(i));
    }
    return new Feed(type, dims, data.flip());
  }

  private static void put(ByteBuffer data, OnnxJavaType type, double number) {
    switch (type) {
      case INT64 -> data.putLong((long) number);
      case INT32 -> data.putInt((int) number);
      case BOOL -> data.put((byte) (number != 0 ? 1 : 0));
      case FLOAT -> data.putFloat((float) number);
      case DOUBLE -> data.putDouble(number);
      case FLOAT16 -> data.putShort(Fp16Conversions.floatToFp16((float) number));
      case BFLOAT16 -> data.putShort(Fp16Conversions.floatToBf16((float) number));
      default -> throw new IllegalArgumentException("no numbers for " + type);
    }
  }

  OnnxTensor tensor(OrtEnvironment environment) throws OrtException {
    return OnnxTensor.createTensor(environment, data.duplicate().order(data.order()), dims, type);
  }
}
