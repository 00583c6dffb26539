package dev.steerc.models;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Models that are no pre-norm decoders, in the operators of one. */
final class OtherModels {
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
  private static final int CHANNELS = 4;

  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final GraphBuilder graph = new GraphBuilder(DIALECT, weights);
  private final Spelling spelling = new Spelling(graph);
  private long seed = 1;

  private OtherModels() {}

  /** A decoder whose blocks give norm(x + branch), as the first transformers did. */
  static ModelProto postNorm(Gpt2 model) {
    return new OtherModels().language(model, true);
  }

  /** Pre-norm blocks of an MLP only. */
  static ModelProto mlpOnly(Gpt2 model) {
    return new OtherModels().language(model, false);
  }

  private ModelProto language(Gpt2 model, boolean postNorm) {
    var attention = new SelfAttention(graph, model.config(), false);
    String tokens = graph.weight("wte.weight", model.tokens());
    String x = graph.op("Gather", List.of(tokens, "input_ids"));
    if (postNorm) {
      attention.prepare();
    }
    for (int i = 0; i < model.blocks().size(); i++) {
      Gpt2.Block block = model.blocks().get(i);
      x = postNorm ? postNormBlock(attention, i, x, block) : mlpBlock(i, x, block);
    }
    spelling.head(postNorm ? x : spelling.norm("ln_f", x, model.finalNorm()), model);
    var signature = new Signature(model.config(), DIALECT);
    return finished(signature.inputs(), signature.outputs());
  }

  private String postNormBlock(SelfAttention attention, int i, String x, Gpt2.Block block) {
    String path = "h." + i;
    String mixed = attention.mixed(i, path + ".attn", x, block);
    String attended = spelling.linear(path + ".attn.c_proj", mixed, block.attentionOut());
    String middle = spelling.norm(path + ".ln_1", sum(attended, x), block.attentionNorm());
    return spelling.norm(path + ".ln_2", sum(middle, mlp(path, middle, block)), block.mlpNorm());
  }

  private String mlpBlock(int i, String x, Gpt2.Block block) {
    String path = "h." + i;
    return sum(x, mlp(path, spelling.norm(path + ".ln_2", x, block.mlpNorm()), block));
  }

  private String mlp(String path, String x, Gpt2.Block block) {
    String up = spelling.activated(path + ".mlp.c_fc", x, block.up());
    return spelling.linear(path + ".mlp.c_proj", up, block.down());
  }

  private String sum(String x, String y) {
    return graph.op("Add", List.of(x, y));
  }

  /** A classifier of 8 × 8 images: residual blocks of two convolutions. */
  static ModelProto cnn() {
    return new OtherModels().convolutions();
  }

  private ModelProto convolutions() {
    String x = relu(convolution("stem", "image", 3));
    for (int i = 0; i < 3; i++) {
      String inner = relu(convolution("layer" + i + ".conv1", x, CHANNELS));
      x = relu(sum(convolution("layer" + i + ".conv2", inner, CHANNELS), x));
    }
    String pooled = graph.op("GlobalAveragePool", List.of(x));
    String flat = graph.op("Flatten", List.of(pooled));
    graph.named(List.of("scores"), "MatMul", List.of(flat, matrix("fc", CHANNELS, 10)));
    return finished(
        List.of(Signature.value("image", Tensors.FLOAT, "batch", 3, 8, 8)),
        List.of(Signature.value("scores", Tensors.FLOAT, "batch", 10)));
  }

  private String convolution(String path, String x, int channels) {
    graph.enter("/" + path);
    Weight kernel = Weight.of(0, 0.3, seed++, CHANNELS, channels, 3, 3);
    AttributeProto padding = Attributes.integers("pads", 1, 1, 1, 1);
    return graph.op("Conv", List.of(x, graph.weight(path + ".weight", kernel)), padding);
  }

  /** Linears with a ReLU between them. */
  static ModelProto perceptron() {
    return new OtherModels().layers();
  }

  private ModelProto layers() {
    String x = "features";
    for (int i = 0; i < 3; i++) {
      graph.enter("/layers." + i);
      String product = graph.op("MatMul", List.of(x, matrix("layers." + i, 8, 8)));
      String bias = graph.weight("layers." + i + ".bias", Weight.of(0, 0.1, seed++, 8));
      x = relu(sum(product, bias));
    }
    graph.named(List.of("scores"), "MatMul", List.of(x, matrix("head", 8, 4)));
    return finished(
        List.of(Signature.value("features", Tensors.FLOAT, "batch", 8)),
        List.of(Signature.value("scores", Tensors.FLOAT, "batch", 4)));
  }

  private String relu(String x) {
    return graph.op("Relu", List.of(x));
  }

  private String matrix(String path, int in, int out) {
    return graph.weight(path + ".weight", Weight.of(0, 1 / Math.sqrt(in), seed++, in, out));
  }

  private ModelProto finished(List<ValueInfoProto> inputs, List<ValueInfoProto> outputs) {
    Gpt2Graph.store(graph.graph(), weights, Tensors.FLOAT);
    graph.graph().addAllInput(inputs).addAllOutput(outputs);
    return Gpt2Graph.around(graph.graph(), DIALECT).build();
  }
}
