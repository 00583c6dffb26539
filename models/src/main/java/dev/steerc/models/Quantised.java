package dev.steerc.models;

import dev.steerc.onnx.proto.TensorProto;
import java.util.List;

/** A weight as signed 8-bit integers with one scale and a zero point of 0. */
record Quantised(TensorProto tensor, TensorProto scale, TensorProto zero) {
  // Seven bits: on processors without VNNI the sum of two products of full bytes saturates.
  private static final int LARGEST = 63;

  static Quantised of(Weight weight) {
    float[] values = weight.values();
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    float scale = largest / LARGEST;
    var bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.rint(values[i] / scale);
    }
    return new Quantised(
        Tensors.raw(Tensors.INT8, weight.dims(), bytes),
        Tensors.floats(Tensors.FLOAT, List.of(), scale),
        Tensors.raw(Tensors.INT8, List.of(), (byte) 0));
  }
}
