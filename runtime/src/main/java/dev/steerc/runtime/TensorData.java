package dev.steerc.runtime;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.steerc.onnx.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor of any type of numbers, to be fed to a graph or read from one.
 *
 * @param type of its elements
 * @param dims its shape
 * @param data the elements, row-major, from the buffer's start to its limit in native byte order
 */
public record TensorData(ElementType type, long[] dims, ByteBuffer data) {

  public TensorData {
    if (bytes(type, dims) != data.limit()) {
      throw new IllegalArgumentException(
          data.limit() + " bytes do not fill a " + type.label() + Arrays.toString(dims));
    }
    data = data.duplicate().rewind().order(ByteOrder.nativeOrder());
  }

  /** The elements; where somebody reads them has no effect on others. */
  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.nativeOrder());
  }

  /**
   * A tensor of zeros.
   *
   * @throws IllegalArgumentException when it is too large for one buffer
   */
  public static TensorData zeros(ElementType type, long... dims) {
    long bytes = bytes(type, dims);
    if (bytes < 0 || bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no buffer holds a tensor of " + Arrays.toString(dims));
    }
    return new TensorData(type, dims, ByteBuffer.allocateDirect((int) bytes));
  }

  /** What a tensor takes, or -1 when there is none of that shape: a negative size, or too many. */
  public static long bytes(ElementType type, long... dims) {
    long elements = elements(dims);
    return elements > Long.MAX_VALUE / 8 ? -1 : elements < 0 ? -1 : elements * type.bytes();
  }

  /** The elements of a shape, or -1 when there is no such tensor. */
  public static long elements(long... dims) {
    long elements = 1;
    boolean isEmpty = false;
    for (long dim : dims) {
      if (dim < 0 || Math.multiplyHigh(elements, Math.max(1, dim)) != 0) {
        return -1;
      }
      isEmpty |= dim == 0;
      elements *= Math.max(1, dim);
      if (elements < 0) {
        return -1;
      }
    }
    return isEmpty ? 0 : elements;
  }

  /** How many elements there are. */
  public int size() {
    return (int) elements(dims);
  }

  /** An element: a {@link Boolean}, a {@link Long}, a {@link Float} or a {@link Double}. */
  public Object get(int index) {
    int at = index * type.bytes();
    return switch (type) {
      case BOOL -> data.get(at) != 0;
      case UINT8 -> (long) (data.get(at) & 0xff);
      case INT8 -> (long) data.get(at);
      case INT16 -> (long) data.getShort(at);
      case INT32 -> (long) data.getInt(at);
      case INT64 -> data.getLong(at);
      case FLOAT16 -> Fp16Conversions.fp16ToFloat(data.getShort(at));
      case BFLOAT16 -> Fp16Conversions.bf16ToFloat(data.getShort(at));
      case FLOAT32 -> data.getFloat(at);
      case FLOAT64 -> data.getDouble(at);
      default -> throw new IllegalArgumentException("no numbers of type " + type.label());
    };
  }

  /** Sets an element; what the type cannot hold is cut as a cast does it. */
  public void put(int index, Number value) {
    int at = index * type.bytes();
    switch (type) {
      case BOOL, UINT8, INT8 -> data.put(at, value.byteValue());
      case INT16 -> data.putShort(at, value.shortValue());
      case INT32 -> data.putInt(at, value.intValue());
      case INT64 -> data.putLong(at, value.longValue());
      case FLOAT16 -> data.putShort(at, Fp16Conversions.floatToFp16(value.floatValue()));
      case BFLOAT16 -> data.putShort(at, Fp16Conversions.floatToBf16(value.floatValue()));
      case FLOAT32 -> data.putFloat(at, value.floatValue());
      case FLOAT64 -> data.putDouble(at, value.doubleValue());
      default -> throw new IllegalArgumentException("no numbers of type " + type.label());
    }
  }

  /** Whether every element is a finite number. */
  public boolean isFinite() {
    if (!type.isFloat()) {
      return true;
    }
    for (int i = 0; i < size(); i++) {
      if (!Double.isFinite(((Number) get(i)).doubleValue())) {
        return false;
      }
    }
    return true;
  }
}
