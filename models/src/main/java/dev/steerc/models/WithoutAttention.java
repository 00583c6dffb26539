package dev.steerc.models;

import dev.steerc.onnx.proto.ModelProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Models whose positions meet otherwise than in attention, drawn after their papers. */
final class WithoutAttention {
  private static final int PATCHES = 16;

  private final Sketch sketch = new Sketch();

  private WithoutAttention() {}

  /** A language model of two layers of LSTM or RNN. */
  static ModelProto recurrent(String cell, int gates) {
    return new WithoutAttention().layers(cell, gates);
  }

  private ModelProto layers(String cell, int gates) {
    String token = sketch.rows("wte", "input_ids", Sketch.WIDTH);
    String x = sketch.graph().transpose(token, 1, 0, 2);
    for (int i = 0; i < 2; i++) {
      String in = sketch.weight(cell + i + ".W", 0.4, 1, gates * Sketch.WIDTH, Sketch.WIDTH);
      String own = sketch.weight(cell + i + ".R", 0.4, 1, gates * Sketch.WIDTH, Sketch.WIDTH);
      var width = Attributes.integer("hidden_size", Sketch.WIDTH);
      String states = sketch.op(cell, List.of(x, in, own), width);
      x = sketch.op("Squeeze", List.of(states, sketch.graph().integers(1)));
    }
    String turned = sketch.graph().transpose(x, 1, 0, 2);
    sketch.head("logits", turned, Sketch.WIDTH, Sketch.VOCABULARY);
    return language();
  }

  /** In the manner of Mamba (arXiv 2312.00752): a gated running state instead of attention. */
  static ModelProto stateSpace() {
    return new WithoutAttention().states();
  }

  private ModelProto states() {
    String x = sketch.rows("wte", "input_ids", Sketch.WIDTH);
    for (int i = 0; i < Sketch.BLOCKS; i++) {
      String path = "h." + i;
      String normed = sketch.norm(path + ".norm", x);
      String value = sketch.linear(path + ".x_proj", normed, Sketch.WIDTH, Sketch.WIDTH);
      String step = sketch.linear(path + ".dt_proj", normed, Sketch.WIDTH, Sketch.WIDTH);
      String input = sketch.op("Mul", List.of(value, sketch.op("Softplus", List.of(step))));
      String state = sketch.op("CumSum", List.of(input, sketch.graph().integer(1)));
      String gate = sketch.linear(path + ".z_proj", normed, Sketch.WIDTH, Sketch.WIDTH);
      String gated = sketch.op("Mul", List.of(state, sketch.op("Sigmoid", List.of(gate))));
      x = sketch.sum(x, sketch.linear(path + ".out_proj", gated, Sketch.WIDTH, Sketch.WIDTH));
    }
    sketch.head("logits", sketch.norm("norm_f", x), Sketch.WIDTH, Sketch.VOCABULARY);
    return language();
  }

  /** MLP-Mixer (arXiv 2105.01601): an MLP over patches, then one over channels. */
  static ModelProto mixer() {
    return new WithoutAttention().mixing();
  }

  private ModelProto mixing() {
    String kernel = sketch.weight("patch.weight", 0.3, Sketch.WIDTH, 3, 4, 4);
    var stride = Attributes.integers("strides", 4, 4);
    String grid = sketch.op("Conv", List.of("pixel_values", kernel), stride);
    String shape = sketch.graph().integers(0, Sketch.WIDTH, PATCHES);
    String flat = sketch.op("Reshape", List.of(grid, shape));
    String x = sketch.graph().transpose(flat, 0, 2, 1);
    for (int i = 0; i < Sketch.BLOCKS; i++) {
      String path = "h." + i;
      String turned = sketch.graph().transpose(sketch.norm(path + ".norm1", x), 0, 2, 1);
      String mixed = sketch.linear(path + ".tokens", turned, PATCHES, PATCHES);
      x = sketch.sum(x, sketch.graph().transpose(sketch.op("Relu", List.of(mixed)), 0, 2, 1));
      x = sketch.sum(x, sketch.mlp(path + ".channels", sketch.norm(path + ".norm2", x)));
    }
    String pooled =
        sketch.op(
            "ReduceMean",
            List.of(sketch.norm("norm", x)),
            Attributes.integers("axes", 1),
            Attributes.integer("keepdims", 0));
    sketch.head("logits", pooled, Sketch.WIDTH, 10);
    return images("logits", 10);
  }

  /** U-Net (arXiv 1505.04597) with sums for skips: what goes down is added on the way up. */
  static ModelProto uNet() {
    return new WithoutAttention().downAndUp();
  }

  private ModelProto downAndUp() {
    String top = convolved("down0", "pixel_values", 3, 1);
    String middle = convolved("down1", top, Sketch.WIDTH, 2);
    String bottom = convolved("down2", middle, Sketch.WIDTH, 2);
    String up1 = sketch.sum(middle, enlarged(convolved("up1", bottom, Sketch.WIDTH, 1)));
    String up0 = sketch.sum(top, enlarged(convolved("up0", up1, Sketch.WIDTH, 1)));
    var padding = Attributes.integers("pads", 1, 1, 1, 1);
    String out = sketch.convolution("out", up0, Sketch.WIDTH, 2, padding);
    sketch.graph().named(List.of("mask"), "Sigmoid", List.of(out));
    return sketch.finished(
        List.of(Signature.value("pixel_values", Tensors.FLOAT, "batch", 3, 16, 16)),
        List.of(Signature.value("mask", Tensors.FLOAT, "batch", 2, 16, 16)));
  }

  private String convolved(String path, String x, int channels, int stride) {
    var padding = Attributes.integers("pads", 1, 1, 1, 1);
    var strides = Attributes.integers("strides", stride, stride);
    String y = sketch.convolution(path, x, channels, Sketch.WIDTH, padding, strides);
    return sketch.op("Relu", List.of(y));
  }

  private String enlarged(String x) {
    String scales = sketch.graph().constant(Tensors.floats(Tensors.FLOAT, List.of(4), 1, 1, 2, 2));
    return sketch.op("Resize", List.of(x, "", scales), Attributes.text("mode", "nearest"));
  }

  /** ResNet in its second, pre-activation form (arXiv 1603.05027): norms before convolutions. */
  static ModelProto residualNetwork() {
    return new WithoutAttention().preActivation();
  }

  private ModelProto preActivation() {
    String x = convolved("stem", "pixel_values", 3, 1);
    for (int i = 0; i < Sketch.BLOCKS; i++) {
      String path = "layer" + i;
      String inner = convolved(path + ".conv1", normed(path + ".bn1", x), Sketch.WIDTH, 1);
      x = sketch.sum(x, convolved(path + ".conv2", normed(path + ".bn2", inner), Sketch.WIDTH, 1));
    }
    String pooled = sketch.op("GlobalAveragePool", List.of(normed("bn", x)));
    sketch.head("logits", sketch.op("Flatten", List.of(pooled)), Sketch.WIDTH, 10);
    return images("logits", 10);
  }

  private String normed(String path, String x) {
    var inputs = new ArrayList<>(List.of(x));
    for (String part : List.of("weight", "bias", "running_mean")) {
      inputs.add(sketch.weight(path + "." + part, 0.3, Sketch.WIDTH));
    }
    Weight variance = Weight.given(ones(), Sketch.WIDTH);
    inputs.add(sketch.graph().weight(path + ".running_var", variance));
    return sketch.op("BatchNormalization", inputs);
  }

  private static float[] ones() {
    float[] ones = new float[Sketch.WIDTH];
    Arrays.fill(ones, 1);
    return ones;
  }

  private ModelProto images(String output, int classes) {
    return sketch.finished(
        List.of(Signature.value("pixel_values", Tensors.FLOAT, "batch", 3, 16, 16)),
        List.of(Signature.value(output, Tensors.FLOAT, "batch", classes)));
  }

  private ModelProto language() {
    return sketch.finished(
        List.of(Sketch.ids("input_ids")), List.of(Sketch.state("logits", Sketch.VOCABULARY)));
  }
}
