package dev.steerc.models;

import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A decoder whose blocks are calls of one local function, with their weights as arguments. */
final class BlockFunction {
  private static final String DOMAIN = "pkg.decoder";
  private static final Dialect DIALECT =
      Dialect.of(
          "pytorch", 8, 17, Trait.IDS_ONLY, Trait.NORM_OP, Trait.MATMUL_ADD, Trait.ZERO_RESHAPES);

  private final Gpt2 model;

  /** The inside of one block, and the weights it reads. */
  private record Body(GraphProto graph, String output, Map<String, Weight> weights) {}

  private BlockFunction(Gpt2 model) {
    this.model = model;
  }

  static ModelProto model(Gpt2 model) {
    return new BlockFunction(model).model();
  }

  private ModelProto model() {
    var weights = new LinkedHashMap<String, Weight>();
    var graph = new GraphBuilder(DIALECT, weights);
    var spelling = new Spelling(graph);
    var attention = new SelfAttention(graph, model.config(), false);
    attention.prepare();
    String tokens = graph.weight("wte.weight", model.tokens());
    String x = graph.op("Gather", List.of(tokens, "input_ids"));
    for (int i = 0; i < model.blocks().size(); i++) {
      Body body = body(i);
      weights.putAll(body.weights());
      x = call(graph, i, x, attention.mask(), body);
    }
    spelling.head(spelling.norm("ln_f", x, model.finalNorm()), model);
    return finished(graph.graph(), weights);
  }

  private String call(GraphBuilder graph, int i, String x, String mask, Body body) {
    String output = "block_" + i;
    var node = NodeProto.newBuilder().setOpType("Block").setDomain(DOMAIN).setName("call_" + i);
    node.addInput(x).addInput(mask).addAllInput(body.weights().keySet()).addOutput(output);
    graph.graph().addNode(node);
    return output;
  }

  private Body body(int i) {
    var weights = new LinkedHashMap<String, Weight>();
    var graph = new GraphBuilder(DIALECT, weights);
    var spelling = new Spelling(graph);
    var attention = new SelfAttention(graph, model.config(), false);
    attention.prepare("mask");
    Gpt2.Block block = model.blocks().get(i);
    String path = "h." + i;
    String normed = spelling.norm(path + ".ln_1", "x", block.attentionNorm());
    String mixed = attention.mixed(i, path + ".attn", normed, block);
    String attended = spelling.linear(path + ".attn.c_proj", mixed, block.attentionOut());
    String middle = graph.op("Add", List.of(attended, "x"));
    String inner = spelling.norm(path + ".ln_2", middle, block.mlpNorm());
    String up = spelling.activated(path + ".mlp.c_fc", inner, block.up());
    String out = spelling.linear(path + ".mlp.c_proj", up, block.down());
    String sum = graph.op("Add", List.of(middle, out));
    return new Body(graph.graph().build(), sum, weights);
  }

  private ModelProto finished(GraphProto.Builder graph, Map<String, Weight> weights) {
    Gpt2Graph.store(graph, weights, Tensors.FLOAT);
    var signature = new Signature(model.config(), DIALECT);
    graph.addAllInput(signature.inputs()).addAllOutput(signature.outputs());
    return Gpt2Graph.around(graph, DIALECT)
        .addOpsetImport(Gpt2Graph.opset(DOMAIN, 1))
        .addFunctions(function())
        .build();
  }

  private FunctionProto function() {
    Body body = body(0);
    var inputs = new ArrayList<>(List.of("x", "mask"));
    inputs.addAll(body.weights().keySet());
    return FunctionProto.newBuilder()
        .setDomain(DOMAIN)
        .setName("Block")
        .addAllInput(inputs)
        .addOutput(body.output())
        .addAllNode(body.graph().getNodeList())
        .addOpsetImport(Gpt2Graph.opset("", DIALECT.opset()))
        .build();
  }
}
