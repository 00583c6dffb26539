package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.GraphBuilder.Dim;
import dev.steerc.models.Tensors;
import dev.steerc.models.Trait;
import dev.steerc.onnx.proto.AttributeProto;
import java.util.List;

/** A graph under construction, with the operators that decoders are made of. */
final class Nodes {
  private final GraphBuilder graph;
  private final boolean flat;
  private Dim batch;
  private Dim width;

  /**
   * @param flat whether the first two dimensions of the stream are one
   */
  Nodes(GraphBuilder graph, boolean flat) {
    this.graph = graph;
    this.flat = flat;
  }

  GraphBuilder graph() {
    return graph;
  }

  String op(String type, String... inputs) {
    return graph.op(type, List.of(inputs));
  }

  String op(String type, List<String> inputs, AttributeProto... attributes) {
    return graph.op(type, inputs, attributes);
  }

  String add(String x, String y) {
    return op("Add", x, y);
  }

  String mul(String x, String y) {
    return op("Mul", x, y);
  }

  String matmul(String x, String y) {
    return op("MatMul", x, y);
  }

  /** x times a number; x where that is 1. */
  String scaled(String x, double factor) {
    return factor == 1 ? x : mul(x, graph.number(factor));
  }

  /** cap · tanh(x / cap); x where there is no cap. */
  String capped(String x, double cap) {
    if (cap == 0) {
      return x;
    }
    String bent = op("Tanh", op("Div", x, graph.number(cap)));
    return mul(bent, graph.number(cap));
  }

  String concat(int axis, String... parts) {
    return op("Concat", List.of(parts), Attributes.integer("axis", axis));
  }

  String softmax(String x) {
    return op("Softmax", List.of(x), Attributes.integer("axis", -1));
  }

  String reduced(String type, String x) {
    boolean input = graph.dialect().opset() >= 18 || type.equals("ReduceSum");
    var keep = Attributes.integer("keepdims", 1);
    return input
        ? op(type, List.of(x, graph.integers(-1)), keep)
        : op(type, List.of(x), Attributes.integers("axes", -1), keep);
  }

  /** Columns of the last axis. */
  String columns(String x, long from, long to) {
    return slice(x, -1, from, to, 1);
  }

  String slice(String x, long axis, long from, long to, long step) {
    return op(
        "Slice",
        x,
        graph.integers(from),
        graph.integers(to),
        graph.integers(axis),
        graph.integers(step));
  }

  /** Every second column of the last axis. */
  String everySecond(String x, long from) {
    return slice(x, -1, from, Long.MAX_VALUE, 2);
  }

  String reshaped(String x, long... dims) {
    return op("Reshape", x, graph.integers(dims));
  }

  /** [batch · sequence, hidden] or [batch, sequence, hidden] as [batch, sequence, …]. */
  String unfolded(String x, long... rest) {
    Dim[] dims = new Dim[rest.length + 2];
    dims[0] = batch(x);
    dims[1] = width(x);
    for (int i = 0; i < rest.length; i++) {
      dims[i + 2] = Dim.of(rest[i]);
    }
    return graph.reshape(x, dims);
  }

  /** [batch, sequence, …] as the stream has it. */
  String folded(String x, long last) {
    return flat
        ? graph.reshape(x, Dim.of(-1), Dim.of(last))
        : graph.reshape(x, batch(x), width(x), Dim.of(last));
  }

  private Dim batch(String x) {
    if (!flat && graph.dialect().has(Trait.ZERO_RESHAPES)) {
      return Dim.of(0);
    }
    batch = batch == null ? new Dim(graph.size("input_ids", 0), 0) : batch;
    return batch;
  }

  private Dim width(String x) {
    if (!flat && graph.dialect().has(Trait.ZERO_RESHAPES)) {
      return Dim.of(0);
    }
    width = width == null ? new Dim(graph.size("input_ids", 1), 0) : width;
    return width;
  }

  /** The linear, as MatMul and Add on three dimensions or Gemm on two. */
  String linear(String x, Parameters.Linear linear) {
    String path = linear.path();
    if (flat || graph.dialect().has(Trait.MATMUL_ADD) || linear.bias() == null) {
      return flat && linear.bias() != null ? gemm(x, linear) : product(x, linear);
    }
    return unfolded(gemm(reshaped(x, -1, linear.matrix().dims().get(0)), linear), linear.out());
  }

  private String product(String x, Parameters.Linear linear) {
    graph.enter(scope(linear.path()));
    String y = matmul(x, graph.weight(linear.path() + ".weight", linear.matrix()));
    return linear.bias() == null ? y : add(graph.weight(linear.path() + ".bias", linear.bias()), y);
  }

  /** A linear of two dimensions, its weight as PyTorch keeps it: [out, in]. */
  String gemm(String x, Parameters.Linear linear) {
    graph.enter(scope(linear.path()));
    String weight = graph.weight(linear.path() + ".weight", linear.matrix().transpose());
    String bias = graph.weight(linear.path() + ".bias", linear.bias());
    return op("Gemm", List.of(x, weight, bias), Attributes.integer("transB", 1));
  }

  String toFloat(String x) {
    return graph.cast(x, Tensors.FLOAT);
  }

  /** The scope of a module: {@code layers.0.mlp} is {@code /model/layers.0/mlp}. */
  static String scope(String path) {
    return "/model/" + path.replace('.', '/').replaceFirst("layers/", "layers.");
  }
}
