package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Memory that ONNX Runtime writes the scores into, kept from one run to the next: tokens are chosen
 * from what stands there, and no more than one token's scores are ever copied.
 */
final class Logits implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OnnxJavaType type;
  private final int vocabulary;
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);
  private FloatBuffer floats;
  private ShortBuffer shorts;
  private OnnxTensor tensor;
  private int rows;
  private int columns;

  Logits(OrtEnvironment environment, OnnxJavaType type, int vocabulary) {
    this.environment = environment;
    this.type = type;
    this.vocabulary = vocabulary;
  }

  /** The tensor for a run of that size. */
  OnnxTensor tensor(int rows, int columns) throws OrtException {
    if (tensor != null && rows == this.rows && columns == this.columns) {
      return tensor;
    }
    close();
    long bytes = (long) rows * columns * vocabulary * type.size;
    if (bytes > Integer.MAX_VALUE) {
      throw new OutOfMemoryError("scores of " + bytes + " bytes");
    }
    if (memory.capacity() < bytes) {
      memory = ByteBuffer.allocateDirect((int) bytes);
    }
    ByteBuffer part = memory.slice(0, (int) bytes).order(ByteOrder.nativeOrder());
    tensor =
        OnnxTensor.createTensor(environment, part, new long[] {rows, columns, vocabulary}, type);
    this.floats = part.asFloatBuffer();
    this.shorts = part.asShortBuffer();
    this.rows = rows;
    this.columns = columns;
    return tensor;
  }

  /** The scores of one token of a row, until the next run. */
  Scores at(int row, int column) {
    int start = (row * columns + column) * vocabulary;
    return new Scores() {
      @Override
      public int size() {
        return vocabulary;
      }

      @Override
      public void read(int first, int count, float[] into) {
        Logits.this.read(start + first, count, into);
      }
    };
  }

  private void read(int first, int count, float[] into) {
    if (type == OnnxJavaType.FLOAT) {
      floats.get(first, into, 0, count);
      return;
    }
    boolean half = type == OnnxJavaType.FLOAT16;
    for (int i = 0; i < count; i++) {
      short bits = shorts.get(first + i);
      into[i] = half ? Halves.FLOATS[bits & 0xffff] : Fp16Conversions.bf16ToFloat(bits);
    }
  }

  /** The value of each number of 16 bits; to convert one takes longer than to choose a token. */
  private static final class Halves {
    static final float[] FLOATS = new float[1 << 16];

    static {
      for (int bits = 0; bits < FLOATS.length; bits++) {
        FLOATS[bits] = Fp16Conversions.fp16ToFloat((short) bits);
      }
    }
  }

  @Override
  public void close() {
    if (tensor != null) {
      tensor.close();
      tensor = null;
    }
  }
}
