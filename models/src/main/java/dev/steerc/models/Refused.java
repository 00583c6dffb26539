package dev.steerc.models;

import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.function.UnaryOperator;

/** Graphs that look more or less like decoders and have no residual stream that can be steered. */
final class Refused {
  private static final Gpt2 MODEL = Gpt2.random(new Gpt2.Config(3, 8, 2, 16, 16), 7);
  private static final Dialect DIALECT =
      Dialect.of(
          "pytorch",
          8,
          17,
          Trait.NORM_OP,
          Trait.MATMUL_ADD,
          Trait.ZERO_RESHAPES,
          Trait.CONSTANT_INITIALIZERS);

  private Refused() {}

  static List<RefusedGraph> graphs() {
    return List.of(
        loads("post-norm", "each block ends in a norm of the sum", OtherModels.postNorm(MODEL)),
        loads("one-add-removed", "the MLP of block 1 replaces the stream", oneAddRemoved()),
        loads("rewired-add", "the attention sum of block 2 skips block 1", rewiredAdd()),
        loads("raw-read", "the MLP of block 1 reads the stream without a norm", rawRead()),
        loads("two-streams", "two decoders over the same ids", twoStreams()),
        loads("mlp-only", "blocks without attention", OtherModels.mlpOnly(MODEL)),
        loads("cnn", "a convolutional classifier with residual sums", OtherModels.cnn()),
        loads("encoder-only-linear", "an MLP without residual sums", OtherModels.perceptron()),
        new RefusedGraph("no-graph", "a model without a graph", noGraph(), false));
  }

  private static RefusedGraph loads(String name, String about, ModelProto model) {
    return new RefusedGraph(name, about, model, true);
  }

  private static ModelProto decoder() {
    return Gpt2Graph.model(MODEL, DIALECT);
  }

  private static ModelProto noGraph() {
    return decoder().toBuilder().clearGraph().build();
  }

  private static ModelProto oneAddRemoved() {
    return edited(
        node -> {
          if (!node.getOutput(0).equals("/h.1/Add_1_output_0")) {
            return node;
          }
          return node.toBuilder()
              .clearInput()
              .addInput("/h.1/mlp/c_proj/Add_output_0")
              .setOpType("Identity")
              .build();
        });
  }

  private static ModelProto rewiredAdd() {
    return edited(
        node ->
            node.getOutput(0).equals("/h.2/Add_output_0")
                ? renamed(node, "/h.1/Add_1_output_0", "/h.0/Add_1_output_0")
                : node);
  }

  private static ModelProto rawRead() {
    String normed = "/h.1/ln_2/LayerNormalization_output_0";
    ModelProto model = edited(node -> renamed(node, normed, "/h.1/Add_output_0"));
    ModelProto.Builder out = model.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    NodeProto norm =
        graph.getNodeList().stream()
            .filter(node -> node.getOutput(0).equals(normed))
            .findFirst()
            .orElseThrow();
    graph.removeNode(graph.getNodeList().indexOf(norm));
    List<TensorProto> left =
        graph.getInitializerList().stream()
            .filter(tensor -> !norm.getInputList().contains(tensor.getName()))
            .toList();
    graph.clearInitializer().addAllInitializer(left);
    return out.build();
  }

  private static ModelProto edited(UnaryOperator<NodeProto> edit) {
    ModelProto model = decoder();
    List<NodeProto> nodes = model.getGraph().getNodeList().stream().map(edit).toList();
    if (nodes.equals(model.getGraph().getNodeList())) {
      throw new IllegalStateException("the edit found no node");
    }
    ModelProto.Builder out = model.toBuilder();
    out.getGraphBuilder().clearNode().addAllNode(nodes);
    return out.build();
  }

  private static NodeProto renamed(NodeProto node, String from, String to) {
    NodeProto.Builder out = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      if (node.getInput(i).equals(from)) {
        out.setInput(i, to);
      }
    }
    return out.build();
  }

  private static ModelProto twoStreams() {
    ModelProto first = decoder();
    GraphProto second = Gpt2Graph.model(Gpt2.random(MODEL.config(), 8), DIALECT).getGraph();
    List<String> shared = second.getInputList().stream().map(ValueInfoProto::getName).toList();
    UnaryOperator<String> name = value -> shared.contains(value) ? value : "second/" + value;
    ModelProto.Builder out = first.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    second.getNodeList().forEach(node -> graph.addNode(moved(node, name)));
    second
        .getInitializerList()
        .forEach(t -> graph.addInitializer(t.toBuilder().setName(name.apply(t.getName()))));
    second
        .getOutputList()
        .forEach(v -> graph.addOutput(v.toBuilder().setName(name.apply(v.getName()))));
    return out.build();
  }

  private static NodeProto moved(NodeProto node, UnaryOperator<String> name) {
    return node.toBuilder()
        .setName("second/" + node.getName())
        .clearInput()
        .addAllInput(node.getInputList().stream().map(name).toList())
        .clearOutput()
        .addAllOutput(node.getOutputList().stream().map(name).toList())
        .build();
  }
}
