package dev.steerc.models;

import dev.steerc.models.GraphBuilder.Dim;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How one dialect spells self-attention, with or without keys and values of earlier runs. */
final class SelfAttention {
  private final GraphBuilder graph;
  private final Dialect dialect;
  private final Gpt2.Config config;
  private final Spelling spelling;
  private final boolean past;
  private String mask;

  /**
   * @param past whether the graph reads a past; presents are given wherever the dialect has them
   */
  SelfAttention(GraphBuilder graph, Gpt2.Config config, boolean past) {
    this(graph, config, past, new Spelling(graph));
  }

  SelfAttention(GraphBuilder graph, Gpt2.Config config, boolean past, Spelling spelling) {
    this.graph = graph;
    this.dialect = graph.dialect();
    this.config = config;
    this.spelling = spelling;
    this.past = past;
  }

  /** What the branch has before its output projection, [batch, sequence, hidden]. */
  String mixed(int index, String path, String x, Gpt2.Block block) {
    String mixed =
        dialect.has(Trait.FUSED_ATTENTION)
            ? fused(index, path, x, block)
            : split(index, path, x, block);
    return spelling.held(mixed, path);
  }

  /** Writes the mask that all blocks share. */
  void prepare() {
    graph.enter("");
    if (dialect.has(Trait.FUSED_ATTENTION)) {
      mask = graph.cast("attention_mask", Tensors.INT32);
    } else if (dialect.has(Trait.CONSTANT_MASK)) {
      mask = graph.constant(triangle());
    } else {
      mask = additive();
    }
  }

  private String fused(int index, String path, String x, Gpt2.Block block) {
    graph.enter(Spelling.scope(path));
    String matrix = graph.weight(path + ".c_attn.weight", block.qkv().matrix());
    String bias = graph.weight(path + ".c_attn.bias", block.qkv().bias());
    return graph
        .named(
            List.of(GraphBuilder.OWN, "present_" + index),
            "Attention",
            List.of(x, matrix, bias, mask, "past_" + index),
            Attributes.integer("num_heads", config.heads()),
            Attributes.integer("unidirectional", 1),
            Attributes.number("mask_filter_value", -Float.MAX_VALUE))
        .get(0);
  }

  private String split(int index, String path, String x, Gpt2.Block block) {
    String qkv = spelling.linear(path + ".c_attn", x, block.qkv());
    graph.enter(Spelling.scope(path));
    int hidden = config.hidden();
    List<String> parts = graph.split(qkv, 2, hidden, hidden, hidden);
    if (dialect.has(Trait.MULTI_HEAD)) {
      var heads = Attributes.integer("num_heads", config.heads());
      return operator(index, "MultiHeadAttention", parts, List.of("", "", mask), heads);
    }
    if (dialect.has(Trait.ATTENTION_OP)) {
      var queries = Attributes.integer("q_num_heads", config.heads());
      var keys = Attributes.integer("kv_num_heads", config.heads());
      return operator(index, "Attention", parts, List.of(mask), queries, keys);
    }
    return decomposed(index, x, parts);
  }

  /** Attention as one operator of query, key, value, masks and the past. */
  private String operator(
      int index, String type, List<String> parts, List<String> masks, AttributeProto... heads) {
    var inputs = new ArrayList<>(parts);
    inputs.addAll(masks);
    List.of("key", "value").forEach(part -> inputs.add(earlier(index, part)));
    List<String> outputs =
        List.of(GraphBuilder.OWN, present(index, "key"), present(index, "value"));
    return graph.named(outputs, type, inputs, heads).get(0);
  }

  private String decomposed(int index, String x, List<String> parts) {
    int hidden = config.hidden();
    String query = heads(parts.get(0), GraphBuilder.OWN);
    String key = kept(index, "key", parts.get(1));
    String value = kept(index, "value", parts.get(2));
    String weights = softmax(scores(query, graph.transpose(key, 0, 1, 3, 2)));
    String mixed = graph.transpose(graph.op("MatMul", List.of(weights, value)), 0, 2, 1, 3);
    return graph.reshape(mixed, graph.dim(x, 0), graph.dim(x, 1), Dim.of(hidden));
  }

  /** Keys or values of this run behind those of the past, under the name of their output. */
  private String kept(int index, String part, String x) {
    String present = present(index, part);
    if (!past) {
      return heads(x, present);
    }
    String own = heads(x, GraphBuilder.OWN);
    var axis = Attributes.integer("axis", -2);
    graph.named(List.of(present), "Concat", List.of(earlier(index, part), own), axis);
    return present;
  }

  private String present(int index, String part) {
    return dialect.has(Trait.PAST) ? "present.%d.%s".formatted(index, part) : GraphBuilder.OWN;
  }

  private static String earlier(int index, String part) {
    return "past_key_values.%d.%s".formatted(index, part);
  }

  /** [batch, sequence, hidden] as [batch, heads, sequence, head width]. */
  private String heads(String x, String output) {
    Dim heads = Dim.of(config.heads());
    String split =
        graph.reshape(x, graph.dim(x, 0), graph.dim(x, 1), heads, Dim.of(config.headWidth()));
    var order = Attributes.integers("perm", 0, 2, 1, 3);
    return graph.named(List.of(output), "Transpose", List.of(split), order).get(0);
  }

  private String scores(String query, String turnedKey) {
    double width = config.headWidth();
    if (dialect.has(Trait.CONSTANT_MASK)) {
      String product = graph.op("MatMul", List.of(query, turnedKey));
      return graph.op("Div", List.of(product, graph.number(Math.sqrt(width))));
    }
    // PyTorch scales both factors, so that their product stays small in float16.
    String scale = graph.number(Math.pow(width, -0.25));
    String left = graph.op("Mul", List.of(query, scale));
    return graph.op("MatMul", List.of(left, graph.op("Mul", List.of(turnedKey, scale))));
  }

  private String softmax(String scores) {
    String masked =
        dialect.has(Trait.CONSTANT_MASK)
            ? graph.op("Where", List.of(mask, scores, graph.number(-1e4)))
            : graph.op("Add", List.of(scores, mask));
    return graph.op("Softmax", List.of(masked), Attributes.integer("axis", -1));
  }

  private static TensorProto triangle() {
    int width = Dialect.STATIC_WIDTH;
    var visible = new byte[width * width];
    for (int query = 0; query < width; query++) {
      Arrays.fill(visible, query * width, query * width + query + 1, (byte) 1);
    }
    return Tensors.raw(Tensors.BOOL, List.of(1, 1, width, width), visible);
  }

  /** 0 where a query sees a key and a huge negative number where not, [batch|1, 1, query, key]. */
  private String additive() {
    boolean half = dialect.branchType() == Tensors.FLOAT16;
    String lowest = graph.number(half ? -65504 : -Float.MAX_VALUE);
    String causal = graph.op("Where", List.of(visible(), graph.number(0), lowest));
    String spread = graph.unsqueeze(graph.unsqueeze(causal, 0), 1);
    if (dialect.has(Trait.IDS_ONLY)) {
      return spread;
    }
    String tokens = graph.unsqueeze(graph.unsqueeze("attention_mask", 1), 2);
    String inverted =
        graph.op("Sub", List.of(graph.number(1), graph.cast(tokens, dialect.branchType())));
    return graph.op("Where", List.of(graph.cast(inverted, Tensors.BOOL), lowest, spread));
  }

  /** Whether a key is at or before a query, [query, key]. */
  private String visible() {
    String width = graph.size("input_ids", 1);
    String first = past ? graph.size("past_key_values.0.key", 2) : graph.integer(0);
    String total = past ? graph.op("Add", List.of(width, first)) : width;
    String one = graph.integer(1);
    String keys = graph.op("Range", List.of(graph.integer(0), total, one));
    String queries = graph.unsqueeze(graph.op("Range", List.of(first, total, one)), 1);
    return graph.op("Less", List.of(keys, graph.op("Add", List.of(queries, one))));
  }
}
