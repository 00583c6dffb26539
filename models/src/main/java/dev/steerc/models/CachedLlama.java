package dev.steerc.models;

import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small rotary decoder with grouped queries and a gated MLP (Touvron et al., 2023), in which keys
 * and values are kept in one of the ways that exporters know. All ways give the same tokens, but
 * for a window.
 */
public final class CachedLlama {
  /** How keys and values of earlier tokens come in, and how the graph knows how many there are. */
  public enum Way {
    /** GroupQueryAttention behind a past of any length; it counts the tokens by the mask. */
    GROWING,
    /** The same with buffers of {@link #ROOM} tokens that are declared so. */
    SHARED,
    /** GROWING, where a token sees no more than about {@link #WINDOW} others. */
    WINDOW,
    /** GROWING, with the rotation in nodes of its own, by position_ids. */
    POSITIONS,
    /** GROWING, where the lengths are inputs themselves. */
    LENGTHS,
    /** Buffers of {@link #ROOM} tokens that the graph writes at cache_position, for PyTorch's. */
    SLOTS,
    /** A past of any length, with a mask [batch, 1, query, key] of what is added to the scores. */
    BIAS
  }

  /** The tokens that a buffer has room for. */
  public static final int ROOM = 24;

  /** How far back a window reaches. */
  public static final int WINDOW = 6;

  public static final int BLOCKS = 2;
  public static final int VOCABULARY = 96;

  /** The positions that the rotation has a table for. */
  public static final int POSITIONS = 40;

  private static final Dialect DIALECT =
      Dialect.of("onnxruntime-genai", 8, 17, Trait.CONSTANT_INITIALIZERS);
  private static final int HEADS = 2;
  private static final int SIZE = 16;
  private static final int HIDDEN = HEADS * SIZE;
  private static final int INNER = 48;
  private static final double EPSILON = 1e-5;

  private final Way way;
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final GraphBuilder graph = new GraphBuilder(DIALECT, weights);
  private long seed = 20261126;
  private String stream;
  private String lengths;
  private String total;
  private String bias;
  private List<String> rotation;

  private CachedLlama(Way way) {
    this.way = way;
  }

  /** The model as a file has it. */
  public static byte[] bytes(Way way) {
    Gpt2Graph.Skeleton skeleton = skeleton(way);
    ModelProto.Builder model = skeleton.model().toBuilder();
    Gpt2Graph.store(model.getGraphBuilder(), skeleton.weights(), Tensors.FLOAT);
    return model.build().toByteArray();
  }

  static Gpt2Graph.Skeleton skeleton(Way way) {
    CachedLlama llama = new CachedLlama(way);
    return new Gpt2Graph.Skeleton(llama.model(), llama.weights);
  }

  private ModelProto model() {
    prepare();
    graph.enter("/model/embed_tokens");
    String tokens = matrix("model.embed_tokens", VOCABULARY, HIDDEN, 1);
    stream = graph.op("Gather", List.of(tokens, "input_ids"));
    String normed = norm("model.layers.0.input_layernorm", null);
    for (int i = 0; i < BLOCKS; i++) {
      String path = "model.layers." + i;
      String attended = attention(i, path + ".self_attn", normed);
      String inner = mlp(path + ".mlp", norm(path + ".post_attention_layernorm", attended));
      String next = i + 1 < BLOCKS ? "layers." + (i + 1) + ".input_layernorm" : "norm";
      normed = norm("model." + next, inner);
    }
    String head = matrix("lm_head", HIDDEN, VOCABULARY, 4);
    graph.named(List.of("logits"), "MatMul", List.of(normed, head));
    graph.graph().addAllInput(inputs()).addAllOutput(outputs());
    return Gpt2Graph.around(graph.graph(), DIALECT)
        .addOpsetImport(Gpt2Graph.opset("com.microsoft", 1))
        .build();
  }

  private boolean grouped() {
    return way != Way.SLOTS && way != Way.BIAS;
  }

  private void prepare() {
    rotation = List.of(table("cos"), table("sin"));
    graph.enter("/model/attn_mask_reformat");
    if (way == Way.SLOTS) {
      bias = graph.op("Where", List.of(later(), graph.number(-1e9), graph.number(0)));
    } else if (way == Way.BIAS) {
      bias = "attention_mask";
    } else if (way == Way.LENGTHS) {
      lengths = "seqlens_k";
      total = "total_sequence_length";
    } else {
      String sum = graph.op("ReduceSum", List.of("attention_mask", graph.integers(1)));
      String last = graph.op("Sub", List.of(sum, graph.integers(1)));
      lengths = graph.cast(last, Tensors.INT32);
      total = graph.cast(graph.size("attention_mask", 1), Tensors.INT32);
    }
  }

  /** Which places of the buffer are behind a query, [query, place]. */
  private String later() {
    String places =
        graph.op("Range", List.of(graph.integer(0), graph.integer(ROOM), graph.integer(1)));
    return graph.op("Greater", List.of(places, graph.unsqueeze("cache_position", 1)));
  }

  private String table(String function) {
    float[] values = new float[POSITIONS * SIZE / 2];
    for (int i = 0; i < values.length; i++) {
      double angle = i / (SIZE / 2) * Math.pow(10_000, -2.0 * (i % (SIZE / 2)) / SIZE);
      values[i] = (float) (function.equals("cos") ? Math.cos(angle) : Math.sin(angle));
    }
    return graph.initializer(
        function + "_cache", Tensors.floats(Tensors.FLOAT, List.of(POSITIONS, SIZE / 2), values));
  }

  /** The norm of the stream, to which a branch is added first. */
  private String norm(String path, String branch) {
    graph.enter("/" + path.replace('.', '/'));
    String gain = graph.weight(path + ".weight", Weight.of(1, 0.1, seed++, HIDDEN));
    var epsilon = Attributes.number("epsilon", EPSILON);
    if (branch == null) {
      return graph.op("SimplifiedLayerNormalization", List.of(stream, gain), epsilon);
    }
    List<String> outputs =
        graph.named(
            List.of(GraphBuilder.OWN, "", "", GraphBuilder.OWN),
            "SkipSimplifiedLayerNormalization",
            List.of(stream, branch, gain),
            epsilon);
    stream = outputs.get(3);
    return outputs.get(0);
  }

  private String mlp(String path, String x) {
    graph.enter("/" + path.replace('.', '/'));
    String gate = linear(path + ".gate_proj", x, HIDDEN, INNER);
    String open = graph.op("Mul", List.of(gate, graph.op("Sigmoid", List.of(gate))));
    String inner = graph.op("Mul", List.of(open, linear(path + ".up_proj", x, HIDDEN, INNER)));
    return linear(path + ".down_proj", inner, INNER, HIDDEN);
  }

  private String attention(int block, String path, String x) {
    graph.enter("/" + path.replace('.', '/'));
    String query = linear(path + ".q_proj", x, HIDDEN, HIDDEN);
    String key = linear(path + ".k_proj", x, HIDDEN, SIZE);
    String value = linear(path + ".v_proj", x, HIDDEN, SIZE);
    String mixed = grouped() ? fused(block, query, key, value) : open(block, query, key, value);
    return linear(path + ".o_proj", mixed, HIDDEN, HIDDEN);
  }

  private String fused(int block, String query, String key, String value) {
    boolean apart = way == Way.POSITIONS;
    List<String> inputs = new ArrayList<>();
    inputs.add(apart ? rotated(query, HEADS) : query);
    inputs.add(apart ? rotated(key, 1) : key);
    inputs.addAll(List.of(value, past(block, "key"), past(block, "value"), lengths, total));
    if (!apart) {
      inputs.addAll(rotation);
    }
    return graph
        .named(
            List.of(GraphBuilder.OWN, present(block, "key"), present(block, "value")),
            "GroupQueryAttention",
            inputs,
            Attributes.integer("num_heads", HEADS),
            Attributes.integer("kv_num_heads", 1),
            Attributes.integer("do_rotary", apart ? 0 : 1),
            Attributes.integer("local_window_size", way == Way.WINDOW ? WINDOW : -1))
        .get(0);
  }

  private String open(int block, String query, String key, String value) {
    String keys = kept(block, "key", split(rotated(key, 1), 1));
    String values = kept(block, "value", split(value, 1));
    String turned = graph.transpose(keys, 0, 1, 3, 2);
    String product = graph.op("MatMul", List.of(split(rotated(query, HEADS), HEADS), turned));
    String scaled = graph.op("Mul", List.of(product, graph.number(1 / Math.sqrt(SIZE))));
    String masked = graph.op("Add", List.of(scaled, bias));
    String weighed = graph.op("Softmax", List.of(masked), Attributes.integer("axis", -1));
    String mixed = graph.transpose(graph.op("MatMul", List.of(weighed, values)), 0, 2, 1, 3);
    return graph.op("Reshape", List.of(mixed, graph.integers(0, 0, HIDDEN)));
  }

  private String rotated(String x, int heads) {
    String positions =
        way == Way.SLOTS
            ? graph.op(
                "Slice",
                List.of("cache_position", graph.integers(0), graph.integers(1), graph.integers(0)))
            : "position_ids";
    return graph.op(
        "RotaryEmbedding",
        List.of(x, positions, rotation.get(0), rotation.get(1)),
        Attributes.integer("num_heads", heads));
  }

  /** [batch, sequence, heads · size] as [batch, heads, sequence, size]. */
  private String split(String x, int heads) {
    String parts = graph.op("Reshape", List.of(x, graph.integers(0, 0, heads, SIZE)));
    return graph.transpose(parts, 0, 2, 1, 3);
  }

  private String kept(int block, String part, String own) {
    if (way == Way.BIAS) {
      var axis = Attributes.integer("axis", 2);
      List<String> both = List.of(past(block, part), own);
      return graph.named(List.of(present(block, part)), "Concat", both, axis).get(0);
    }
    String there = graph.transpose(past(block, part), 2, 0, 1, 3);
    String slots = graph.unsqueeze("cache_position", 1);
    String written = graph.op("ScatterND", List.of(there, slots, graph.transpose(own, 2, 0, 1, 3)));
    var back = Attributes.integers("perm", 1, 2, 0, 3);
    return graph.named(List.of(present(block, part)), "Transpose", List.of(written), back).get(0);
  }

  private String linear(String path, String x, int in, int out) {
    return graph.op("MatMul", List.of(x, matrix(path, in, out, 1 / Math.sqrt(in))));
  }

  private String matrix(String path, int rows, int columns, double spread) {
    return graph.weight(path + ".weight", Weight.of(0, spread, seed++, rows, columns));
  }

  private static String past(int block, String part) {
    return "past_key_values." + block + "." + part;
  }

  private static String present(int block, String part) {
    return "present." + block + "." + part;
  }

  private List<ValueInfoProto> inputs() {
    List<ValueInfoProto> inputs = new ArrayList<>();
    inputs.add(whole("input_ids", "batch", "sequence"));
    switch (way) {
      case SLOTS -> inputs.add(whole("cache_position", "sequence"));
      case LENGTHS -> {
        inputs.add(Signature.value("seqlens_k", Tensors.INT32, "batch"));
        inputs.add(Signature.value("total_sequence_length", Tensors.INT32));
      }
      case BIAS ->
          inputs.add(
              Signature.value("attention_mask", Tensors.FLOAT, "batch", 1, "sequence", "total"));
      default -> inputs.add(whole("attention_mask", "batch", "total"));
    }
    if (way == Way.POSITIONS || way == Way.BIAS) {
      inputs.add(whole("position_ids", "batch", "sequence"));
    }
    for (int i = 0; i < BLOCKS; i++) {
      inputs.add(cache(past(i, "key"), "past"));
      inputs.add(cache(past(i, "value"), "past"));
    }
    return inputs;
  }

  private List<ValueInfoProto> outputs() {
    List<ValueInfoProto> outputs = new ArrayList<>();
    outputs.add(Signature.value("logits", Tensors.FLOAT, "batch", "sequence", VOCABULARY));
    for (int i = 0; i < BLOCKS; i++) {
      outputs.add(cache(present(i, "key"), "total"));
      outputs.add(cache(present(i, "value"), "total"));
    }
    return outputs;
  }

  private static ValueInfoProto whole(String name, Object... dims) {
    return Signature.value(name, Tensors.INT64, dims);
  }

  private ValueInfoProto cache(String name, String length) {
    boolean fixed = way == Way.SHARED || way == Way.SLOTS;
    Object columns = fixed ? (Object) ROOM : length;
    return Signature.value(name, Tensors.FLOAT, "batch", 1, columns, SIZE);
  }
}
