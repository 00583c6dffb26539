package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory that ONNX Runtime writes the scores into, kept from one run to the next so that no more
 * than one token's are ever copied.
 */
final class Logits implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OnnxJavaType type;
  private final int vocabulary;
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);
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
    this.rows = rows;
    this.columns = columns;
    return tensor;
  }

  /** Copies the scores of one token of a row. */
  void copy(int row, int column, float[] into) {
    ByteBuffer bytes = memory.duplicate().order(ByteOrder.nativeOrder());
    bytes.position((row * columns + column) * vocabulary * type.size);
    if (type == OnnxJavaType.FLOAT) {
      bytes.asFloatBuffer().get(into);
      return;
    }
    for (int i = 0; i < vocabulary; i++) {
      short bits = bytes.getShort();
      into[i] =
          type == OnnxJavaType.FLOAT16
              ? Fp16Conversions.fp16ToFloat(bits)
              : Fp16Conversions.bf16ToFloat(bits);
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
