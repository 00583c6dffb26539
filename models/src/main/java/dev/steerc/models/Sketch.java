package dev.steerc.models;

import dev.steerc.models.GraphBuilder.Dim;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model of any architecture under construction, in modules of width 8 with random weights. */
final class Sketch {
  static final int WIDTH = 8;
  static final int BLOCKS = 3;
  static final int VOCABULARY = 16;
  private static final int HEADS = 2;
  private static final Dialect DIALECT =
      Dialect.of(
          "pytorch",
          8,
          17,
          Trait.IDS_ONLY,
          Trait.NORM_OP,
          Trait.MATMUL_ADD,
          Trait.ZERO_RESHAPES,
          Trait.CONSTANT_INITIALIZERS);

  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final GraphBuilder graph = new GraphBuilder(DIALECT, weights);
  private final Spelling spelling = new Spelling(graph);
  private long seed = 1;

  GraphBuilder graph() {
    return graph;
  }

  String op(String type, List<String> inputs, AttributeProto... attributes) {
    return graph.op(type, inputs, attributes);
  }

  String sum(String x, String y) {
    return graph.op("Add", List.of(x, y));
  }

  String weight(String path, double spread, Integer... dims) {
    return graph.weight(path, Weight.of(0, spread, seed++, dims));
  }

  /** Rows of a random table of this width. */
  String rows(String path, String ids, int width) {
    graph.enter(Spelling.scope(path));
    return op("Gather", List.of(weight(path + ".weight", 0.7, VOCABULARY, width), ids));
  }

  /** The rows of a table for positions 0, 1, … of {@code ids}, [1, sequence, width]. */
  String positions(String ids) {
    String width = graph.size(ids, 1);
    String range = op("Range", List.of(graph.integer(0), width, graph.integer(1)));
    return rows("wpe", graph.unsqueeze(range, 0), WIDTH);
  }

  /** 0 where a query sees a key and a large negative number where not, [query, key]. */
  String causal(String ids) {
    String width = graph.size(ids, 1);
    String keys = op("Range", List.of(graph.integer(0), width, graph.integer(1)));
    String later = op("Greater", List.of(keys, graph.unsqueeze(keys, 1)));
    return op("Mul", List.of(graph.cast(later, Tensors.FLOAT), graph.number(-1e4)));
  }

  /** The same number for each padded key, [batch, 1, 1, key]. */
  String padding(String mask) {
    String keys = graph.cast(graph.unsqueeze(graph.unsqueeze(mask, 1), 2), Tensors.FLOAT);
    String absent = op("Sub", List.of(graph.number(1), keys));
    return op("Mul", List.of(absent, graph.number(-1e4)));
  }

  String norm(String path, String x) {
    Weight gain = Weight.of(1, 0.2, seed++, WIDTH);
    return spelling.norm(path, x, new Gpt2.Norm(gain, Weight.of(0, 0.1, seed++, WIDTH)));
  }

  String linear(String path, String x, int in, int out) {
    Weight matrix = Weight.of(0, 1.2 / Math.sqrt(in), seed++, in, out);
    return spelling.linear(path, x, new Gpt2.Linear(matrix, Weight.of(0, 0.1, seed++, out)));
  }

  String mlp(String path, String x) {
    String up = linear(path + ".fc1", x, WIDTH, 2 * WIDTH);
    return linear(path + ".fc2", op("Relu", List.of(up)), 2 * WIDTH, WIDTH);
  }

  String attention(String path, String x, Optional<String> mask) {
    return attention(path, x, x, mask);
  }

  /**
   * What queries of {@code x} find among the keys and values of {@code memory}.
   *
   * @param mask is added to the scores
   */
  String attention(String path, String x, String memory, Optional<String> mask) {
    String query = heads(linear(path + ".q_proj", x, WIDTH, WIDTH), 0, 2, 1, 3);
    String key = heads(linear(path + ".k_proj", memory, WIDTH, WIDTH), 0, 2, 3, 1);
    String value = heads(linear(path + ".v_proj", memory, WIDTH, WIDTH), 0, 2, 1, 3);
    String product = op("MatMul", List.of(query, key));
    String scaled = op("Mul", List.of(product, graph.number(Math.sqrt((double) HEADS / WIDTH))));
    String scores = mask.map(m -> sum(scaled, m)).orElse(scaled);
    String seen = op("Softmax", List.of(scores), Attributes.integer("axis", -1));
    String mixed = graph.transpose(op("MatMul", List.of(seen, value)), 0, 2, 1, 3);
    String merged = graph.reshape(mixed, Dim.of(0), Dim.of(0), Dim.of(WIDTH));
    return linear(path + ".out_proj", merged, WIDTH, WIDTH);
  }

  private String heads(String x, long... order) {
    String split = graph.reshape(x, Dim.of(0), Dim.of(0), Dim.of(HEADS), Dim.of(WIDTH / HEADS));
    return graph.transpose(split, order);
  }

  /** x + attention(norm(x)), then the same with an MLP. */
  String preNorm(String path, String x, Optional<String> mask) {
    String middle = sum(attention(path + ".attn", norm(path + ".ln_1", x), mask), x);
    return sum(middle, mlp(path + ".mlp", norm(path + ".ln_2", middle)));
  }

  /** norm(x + attention(x)), then the same with an MLP. */
  String postNorm(String path, String x, Optional<String> mask) {
    String middle = norm(path + ".ln_1", sum(attention(path + ".attn", x, mask), x));
    return norm(path + ".ln_2", sum(mlp(path + ".mlp", middle), middle));
  }

  /** Scores of the tokens, or of classes, as an output. */
  void head(String output, String x, int in, int out) {
    graph.enter("/head");
    String matrix = weight("head." + output + ".weight", 0.5, in, out);
    graph.named(List.of(output), "MatMul", List.of(x, matrix));
  }

  String convolution(String path, String x, int in, int out, AttributeProto... attributes) {
    graph.enter(Spelling.scope(path));
    String kernel = weight(path + ".weight", 0.3, out, in, 3, 3);
    return op("Conv", List.of(x, kernel), attributes);
  }

  ModelProto finished(List<ValueInfoProto> inputs, List<ValueInfoProto> outputs) {
    Gpt2Graph.store(graph.graph(), weights, Tensors.FLOAT);
    graph.graph().addAllInput(inputs).addAllOutput(outputs);
    return Gpt2Graph.around(graph.graph(), DIALECT).build();
  }

  static ValueInfoProto ids(String name) {
    return Signature.value(name, Tensors.INT64, "batch", name + "_sequence");
  }

  static ValueInfoProto state(String name, int width) {
    return Signature.value(name, Tensors.FLOAT, "batch", "sequence", width);
  }
}
