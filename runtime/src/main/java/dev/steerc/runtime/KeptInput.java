package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What an input is fed in run after run, always in the same memory as far as it reaches. */
final class KeptInput implements AutoCloseable {
  private final Wiring.Input input;
  private ByteBuffer memory = ByteBuffer.allocateDirect(64);
  private long[] dims;
  private OnnxTensor tensor;

  KeptInput(Wiring.Input input) {
    this.input = input;
  }

  /** The tensor for a run, until the next one. */
  OnnxTensor tensor(Columns columns, OrtEnvironment environment) throws OrtException {
    Feed feed = columns.feed(input.role(), input.type(), input.dims(), this::memory);
    if (tensor == null || !Arrays.equals(dims, feed.dims())) {
      close();
      tensor = feed.tensor(environment);
      dims = feed.dims();
    }
    return tensor;
  }

  private ByteBuffer memory(int bytes) {
    if (memory.capacity() < bytes) {
      close();
      memory = ByteBuffer.allocateDirect(2 * bytes);
    }
    return memory;
  }

  @Override
  public void close() {
    if (tensor != null) {
      tensor.close();
      tensor = null;
    }
  }
}
