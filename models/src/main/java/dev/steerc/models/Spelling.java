package dev.steerc.models;

import dev.steerc.models.Gpt2.Linear;
import dev.steerc.models.Gpt2.Norm;
import dev.steerc.models.GraphBuilder.Dim;
import java.util.List;
import java.util.Optional;

/** How one dialect spells norms, linears and activations. */
final class Spelling {
  private final GraphBuilder graph;
  private final Dialect dialect;
  private final Optional<FixedScales> scales;

  Spelling(GraphBuilder graph) {
    this(graph, Optional.empty());
  }

  /**
   * @param scales through which the values of norms, linears and activations pass
   */
  Spelling(GraphBuilder graph, Optional<FixedScales> scales) {
    this.graph = graph;
    this.dialect = graph.dialect();
    this.scales = scales;
  }

  /** What is read of the value of a site or module: itself, unless values have fixed scales. */
  String held(String value, String name) {
    return scales.map(all -> all.held(value, name)).orElse(value);
  }

  String norm(String path, String x, Norm norm) {
    graph.enter(scope(path));
    String gain = graph.weight(path + ".weight", norm.gain());
    String bias = graph.weight(path + ".bias", norm.bias());
    String normed =
        dialect.has(Trait.NORM_OP)
            ? graph.op(
                "LayerNormalization",
                List.of(x, gain, bias),
                Attributes.integer("axis", -1),
                Attributes.number("epsilon", Gpt2.EPSILON))
            : graph.op("Add", List.of(graph.op("Mul", List.of(standardised(x), gain)), bias));
    boolean narrow = dialect.has(Trait.HALF_BRANCHES);
    return held(narrow ? graph.cast(normed, Tensors.FLOAT16) : normed, path);
  }

  /** (x − mean) / √(variance + ε), in float32 whatever the stream is. */
  private String standardised(String x) {
    boolean half = dialect.elementType() != Tensors.FLOAT;
    String single = half ? graph.cast(x, Tensors.FLOAT) : x;
    String centred = graph.op("Sub", List.of(single, mean(single)));
    String variance = mean(graph.op("Pow", List.of(centred, graph.single(2))));
    String safe = graph.op("Add", List.of(variance, graph.single(Gpt2.EPSILON)));
    String out = graph.op("Div", List.of(centred, graph.op("Sqrt", List.of(safe))));
    return half ? graph.cast(out, dialect.elementType()) : out;
  }

  private String mean(String x) {
    return graph.op("ReduceMean", List.of(x), Attributes.integers("axes", -1));
  }

  String linear(String path, String x, Linear linear) {
    boolean adapted = dialect.has(Trait.ADAPTERS) && path.endsWith("c_proj");
    return held(adapted ? adapted(path, x, linear) : affine(path, x, linear), path);
  }

  /** A linear and, beside it, a low-rank adapter. */
  private String adapted(String path, String x, Linear linear) {
    Adapter adapter = Adapter.of(linear.matrix(), path);
    String y = affine(path + ".base_layer", x, new Linear(adapter.base(), linear.bias()));
    String down = graph.weight(path + ".lora_A.weight", adapter.down());
    String up = graph.weight(path + ".lora_B.weight", adapter.up());
    String low = graph.op("MatMul", List.of(graph.op("MatMul", List.of(x, down)), up));
    String scaled = graph.op("Mul", List.of(low, graph.number(Adapter.SCALE)));
    return graph.op("Add", List.of(y, scaled));
  }

  private String affine(String path, String x, Linear linear) {
    graph.enter(scope(path));
    String bias = branchWeight(path + ".bias", linear.bias());
    if (dialect.has(Trait.MATMUL_ADD)) {
      return graph.op("Add", List.of(product(path, x, linear), bias));
    }
    Dim batch = graph.dim(x, 0);
    Dim width = graph.dim(x, 1);
    String flat = graph.reshape(x, Dim.of(-1), Dim.of(linear.in()));
    String y =
        dialect.has(Trait.INT8)
            ? graph.op(
                "Add", List.of(quantised(path, flat, linear.matrix(), GraphBuilder.OWN), bias))
            : gemm(flat, graph.weight(path + ".weight", linear.matrix()), bias);
    return graph.reshape(y, batch, width, Dim.of(linear.out()));
  }

  /** The linear without its bias. */
  String product(String path, String x, Linear linear) {
    graph.enter(scope(path));
    if (dialect.blockBits() > 0) {
      return inBlocks(path, x, linear.matrix().transpose(), GraphBuilder.OWN);
    }
    String matrix = branchWeight(path + ".weight", linear.matrix());
    String product = graph.op("MatMul", List.of(x, matrix));
    return scales.map(all -> all.product(product, path, linear.bias())).orElse(product);
  }

  private String branchWeight(String path, Weight weight) {
    return scales
        .map(all -> all.weight(path, weight))
        .orElseGet(() -> graph.branchWeight(path, weight));
  }

  /** x · matrix, where {@code rows} is [out, in] and quantised in blocks. */
  private String inBlocks(String path, String x, Weight rows, String output) {
    BlockQuantised blocks = BlockQuantised.of(rows, dialect.blockBits());
    String codes = graph.initializer(path + ".weight_Q" + dialect.blockBits(), blocks.codes());
    String scale = graph.initializer(path + ".weight_scales", blocks.scales());
    return graph
        .named(
            List.of(output),
            "MatMulNBits",
            List.of(x, codes, scale),
            Attributes.integer("K", rows.dims().get(1)),
            Attributes.integer("N", rows.dims().get(0)),
            Attributes.integer("bits", dialect.blockBits()),
            Attributes.integer("block_size", BlockQuantised.BLOCK))
        .get(0);
  }

  private String gemm(String x, String matrix, String bias) {
    return graph.op(
        "Gemm",
        List.of(x, matrix, bias),
        Attributes.number("alpha", 1),
        Attributes.number("beta", 1));
  }

  /** x · matrix with both as 8-bit integers, x scaled as it comes. */
  private String quantised(String path, String x, Weight matrix, String output) {
    Quantised q = Quantised.of(matrix);
    String weight = graph.initializer(path + ".weight_quantized", q.tensor());
    String scale = graph.initializer(path + ".weight_scale", q.scale());
    String zero = graph.initializer(path + ".weight_zero_point", q.zero());
    List<String> input = graph.ops("DynamicQuantizeLinear", 3, List.of(x));
    String scales = graph.op("Mul", List.of(input.get(1), scale));
    String integers = graph.op("MatMulInteger", List.of(input.get(0), weight, input.get(2), zero));
    String cast = graph.cast(integers, Tensors.FLOAT);
    return graph.named(List.of(output), "Mul", List.of(cast, scales)).get(0);
  }

  /** gelu_new of a linear. */
  String activated(String path, String x, Linear linear) {
    if (dialect.has(Trait.FAST_GELU)) {
      String bias = graph.weight(path + ".bias", linear.bias());
      return graph.op("FastGelu", List.of(product(path, x, linear), bias));
    }
    String gelu = gelu(path, linear(path, x, linear));
    return held(gelu, path.replace("c_fc", "act"));
  }

  private String gelu(String path, String x) {
    graph.enter(scope(path.replace("c_fc", "act")));
    String halved = graph.op("Mul", List.of(x, graph.number(0.5)));
    String cube = graph.op("Pow", List.of(x, graph.single(3)));
    String bent =
        graph.op("Add", List.of(x, graph.op("Mul", List.of(cube, graph.number(0.044715)))));
    String angle = graph.op("Mul", List.of(bent, graph.number(Math.sqrt(2 / Math.PI))));
    String gate = graph.op("Add", List.of(graph.op("Tanh", List.of(angle)), graph.number(1)));
    return graph.op("Mul", List.of(halved, gate));
  }

  /** The logits of the normed stream, under the name {@code logits}. */
  void head(String x, Gpt2 model) {
    graph.enter("/lm_head");
    if (dialect.has(Trait.INT8)) {
      quantised("lm_head", x, model.head(), "logits");
    } else if (dialect.blockBits() > 0) {
      inBlocks("lm_head", x, model.tokens(), "logits");
    } else if (scales.isPresent()) {
      String product = graph.op("MatMul", List.of(x, headMatrix(model)));
      scales.get().held(product, "lm_head", "logits");
    } else {
      graph.named(List.of("logits"), "MatMul", List.of(x, headMatrix(model)));
    }
  }

  /** The matrix of the head, [hidden, vocab]. */
  String headMatrix(Gpt2 model) {
    return dialect.has(Trait.TIED_HEAD)
        ? graph.transpose(graph.weight("wte.weight", model.tokens()), 1, 0)
        : branchWeight("lm_head.weight_T", model.head());
  }

  /** The scope of a module: {@code h.0.ln_1} is {@code /h.0/ln_1}. */
  static String scope(String path) {
    return "/" + path.replace('.', '/').replaceFirst("^h/", "h.");
  }
}
