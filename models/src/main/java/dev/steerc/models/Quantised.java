package dev.steerc.models;

import dev.steerc.onnx.proto.TensorProto;
import java.util.List;

/** A weight as signed 8-bit integers with a zero point of 0. */
record Quantised(TensorProto tensor, TensorProto scale, TensorProto zero) {
  // Seven bits: on processors without VNNI the sum of two products of full bytes saturates.
  private static final int LARGEST = 63;

  static Quantised of(Weight weight) {
    return of(weight, 1, List.of());
  }

  /** With a scale for each column of a matrix. */
  static Quantised byColumn(Weight matrix) {
    int columns = matrix.dims().get(1);
    return of(matrix, columns, List.of(columns));
  }

  private static Quantised of(Weight weight, int columns, List<Integer> dims) {
    float[] values = weight.values();
    float[] scales = new float[columns];
    for (int i = 0; i < values.length; i++) {
      scales[i % columns] = Math.max(scales[i % columns], Math.abs(values[i]) / LARGEST);
    }
    var bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.rint(values[i] / scales[i % columns]);
    }
    return new Quantised(
        Tensors.raw(Tensors.INT8, weight.dims(), bytes),
        Tensors.floats(Tensors.FLOAT, dims, scales),
        Tensors.raw(Tensors.INT8, dims, new byte[columns]));
  }
}
