package dev.steerc.runtime.format;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;

/** An element as files store it; each floating-point one becomes a float32. */
enum ElementKind {
  F16(2) {
    @Override
    float get(ByteBuffer data) {
      return Fp16Conversions.fp16ToFloat(data.getShort());
    }
  },
  BF16(2) {
    @Override
    float get(ByteBuffer data) {
      return Float.intBitsToFloat(data.getShort() << 16);
    }
  },
  F32(4) {
    @Override
    float get(ByteBuffer data) {
      return data.getFloat();
    }
  },
  F64(8) {
    @Override
    float get(ByteBuffer data) {
      return (float) data.getDouble();
    }
  },
  I64(8) {
    @Override
    float get(ByteBuffer data) {
      throw new IllegalStateException("whole numbers are no floats");
    }
  };

  private final int size;

  ElementKind(int size) {
    this.size = size;
  }

  /** The bytes of one element. */
  int size() {
    return size;
  }

  boolean isFloat() {
    return this != I64;
  }

  /** The next element of a buffer, in the buffer's byte order. */
  abstract float get(ByteBuffer data);

  /** All elements that are left in a buffer. */
  float[] all(ByteBuffer data) {
    float[] values = new float[data.remaining() / size];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(data);
    }
    return values;
  }

  /**
   * The bytes that a tensor of these dims has, or -1 when there is no such tensor: a negative dim,
   * or a product beyond 64 bits.
   */
  long bytes(long... dims) {
    long bytes = size;
    boolean isEmpty = false;
    for (long dim : dims) {
      if (dim < 0 || Math.multiplyHigh(bytes, Math.max(dim, 1)) != 0) {
        return -1;
      }
      isEmpty |= dim == 0;
      bytes *= Math.max(dim, 1);
      if (bytes < 0) {
        return -1;
      }
    }
    return isEmpty ? 0 : bytes;
  }
}
