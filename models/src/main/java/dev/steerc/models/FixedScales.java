package dev.steerc.models;

import dev.steerc.models.Calibration.Range;
import java.util.List;

/**
 * Values that pass through 8 bits by scales that a calibration fixed, as {@code quantize_static} of
 * ONNX Runtime writes them in QDQ form.
 */
record FixedScales(GraphBuilder graph, Calibration calibration) {
  private static final int STEPS = 255;

  /** The value of a site or module, quantised and back; all that read it read the result. */
  String held(String value, String name) {
    return held(value, name, GraphBuilder.OWN);
  }

  /** The same under a given name. */
  String held(String value, String name, String output) {
    return held(value, calibration.of(name), output);
  }

  /** A product as it is before the bias of its linear. */
  String product(String value, String path, Weight bias) {
    Range range = calibration.of(path).without(Calibration.of(bias.values()));
    return held(value, range, GraphBuilder.OWN);
  }

  /** The rows of a table, quantised and back. */
  String rows(String value, Weight table) {
    return held(value, Calibration.of(table.values()), GraphBuilder.OWN);
  }

  private String held(String value, Range range, String output) {
    double scale = (range.high() - range.low()) / STEPS;
    String step = graph.constant(Tensors.floats(Tensors.FLOAT, List.of(), (float) scale));
    byte zero = (byte) Math.rint(-range.low() / scale);
    String middle = graph.constant(Tensors.raw(Tensors.UINT8, List.of(), zero));
    String quantised = graph.op("QuantizeLinear", List.of(value, step, middle));
    List<String> inputs = List.of(quantised, step, middle);
    return graph.named(List.of(output), "DequantizeLinear", inputs).get(0);
  }

  /** A weight of 8 bits as float32. */
  String weight(String path, Weight weight) {
    boolean matrix = weight.dims().size() == 2;
    Quantised q = matrix ? Quantised.byColumn(weight) : Quantised.of(weight);
    String tensor = graph.initializer(path + "_quantized", q.tensor());
    String scale = graph.initializer(path + "_scale", q.scale());
    String zero = graph.initializer(path + "_zero_point", q.zero());
    List<String> inputs = List.of(tensor, scale, zero);
    return matrix
        ? graph.op("DequantizeLinear", inputs, Attributes.integer("axis", 1))
        : graph.op("DequantizeLinear", inputs);
  }
}
