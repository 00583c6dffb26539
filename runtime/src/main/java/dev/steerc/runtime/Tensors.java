package dev.steerc.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.steerc.runtime.format.Floats;
import java.nio.FloatBuffer;

/** Floats in ONNX Runtime's memory. */
final class Tensors {
  private Tensors() {}

  /** A copy of a float tensor of any precision; null when its elements are no floats. */
  static Floats read(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    if (buffer == null) {
      return null;
    }
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return new Floats(tensor.getInfo().getShape(), values);
  }

  /** A tensor with a copy of the floats, to be closed. */
  static OnnxTensor of(Floats floats, OrtEnvironment environment) throws OrtException {
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats.values()), floats.dims());
  }
}
