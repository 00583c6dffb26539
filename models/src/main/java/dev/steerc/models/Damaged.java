package dev.steerc.models;

import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.List;
import java.util.function.UnaryOperator;

/** Decoders whose residual stream was damaged as a whole. */
final class Damaged {
  private static final String BETWEEN = "/h.0/Add_1_output_0";
  private static final String LAST = "/h.2/Add_1_output_0";

  private Damaged() {}

  /** The node that gives a value. */
  static NodeProto producer(GraphProto.Builder graph, String value) {
    return graph.getNodeList().stream()
        .filter(node -> node.getOutput(0).equals(value))
        .findFirst()
        .orElseThrow();
  }

  private static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setName("damage/" + output)
        .setOpType(type)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static void tensor(GraphProto.Builder graph, String name, TensorProto tensor) {
    graph.addInitializer(tensor.toBuilder().setName(name));
  }

  /** Puts nodes between a value and all that read it; the last of them gives it back. */
  private static void intercept(GraphProto.Builder graph, String value, NodeProto... nodes) {
    int at = graph.getNodeList().indexOf(producer(graph, value));
    graph.setNode(at, graph.getNode(at).toBuilder().setOutput(0, value + "/before"));
    for (int i = 0; i < nodes.length; i++) {
      graph.addNode(at + 1 + i, nodes[i]);
    }
  }

  static ModelProto gated(ModelProto decoder, int hidden) {
    ModelProto.Builder out = decoder.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    tensor(graph, "gate", Tensors.weight("", Weight.of(0, 0.4, 3, hidden, hidden), Tensors.FLOAT));
    intercept(
        graph,
        BETWEEN,
        node("MatMul", "gate/score", BETWEEN + "/before", "gate"),
        node("Sigmoid", "gate/open", "gate/score"),
        node("Mul", BETWEEN, BETWEEN + "/before", "gate/open"));
    return out.build();
  }

  static ModelProto narrow(ModelProto decoder) {
    ModelProto.Builder out = decoder.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    String path = "h.1.attn.c_proj";
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (tensor.getName().startsWith(path)) {
        boolean bias = tensor.getName().endsWith("bias");
        Weight weight = bias ? Weight.of(0, 0.1, 4, 1) : Weight.of(0, 0.4, 5, rows(tensor), 1);
        tensor.clear().mergeFrom(Tensors.weight(path + end(bias), weight, Tensors.FLOAT));
      }
    }
    return out.build();
  }

  private static int rows(TensorProto.Builder tensor) {
    return (int) tensor.getDims(0);
  }

  private static String end(boolean bias) {
    return bias ? ".bias" : ".weight";
  }

  /** Every sum of the stream in 8-bit integers of one scale, as in a QOperator graph. */
  static ModelProto integers(ModelProto decoder) {
    ModelProto.Builder out = decoder.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    tensor(graph, "scale", Tensors.floats(Tensors.FLOAT, List.of(), 0.05f));
    tensor(graph, "zero", Tensors.raw(Tensors.UINT8, List.of(), (byte) 128));
    String stream =
        graph.getNodeList().stream()
            .filter(n -> n.getOutput(0).equals("/h.0/Add_output_0"))
            .map(n -> n.getInput(1))
            .findFirst()
            .orElseThrow();
    quantise(graph, stream);
    for (int block = 0; block < 3; block++) {
      for (String sum : List.of("/h.%d/Add_output_0", "/h.%d/Add_1_output_0")) {
        summed(graph, sum.formatted(block));
      }
    }
    return out.addOpsetImport(Gpt2Graph.opset("com.microsoft", 1)).build();
  }

  private static void quantise(GraphProto.Builder graph, String value) {
    intercept(
        graph,
        value,
        node("QuantizeLinear", value + "/8", value + "/before", "scale", "zero"),
        node("DequantizeLinear", value, value + "/8", "scale", "zero"));
  }

  private static void summed(GraphProto.Builder graph, String sum) {
    NodeProto add = producer(graph, sum);
    boolean attention = add.getInput(0).contains("attn");
    String branch = add.getInput(attention ? 0 : 1);
    String stream = add.getInput(attention ? 1 : 0);
    int at = graph.getNodeList().indexOf(add);
    graph.removeNode(at);
    graph.addNode(at, node("QuantizeLinear", branch + "/8", branch, "scale", "zero"));
    NodeProto.Builder integers =
        node("QLinearAdd", sum + "/8", stream + "/8", "scale", "zero", branch + "/8", "scale")
            .toBuilder()
            .setDomain("com.microsoft");
    graph.addNode(at + 1, integers.addAllInput(List.of("zero", "scale", "zero")).build());
    graph.addNode(at + 2, node("DequantizeLinear", sum, sum + "/8", "scale", "zero"));
  }

  static ModelProto unread(ModelProto decoder) {
    ModelProto.Builder out = decoder.toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    String normed = producer(graph, "logits").getInput(0);
    int at = graph.getNodeList().indexOf(producer(graph, normed));
    String position =
        graph.getNodeList().stream()
            .filter(n -> n.getInputList().contains("position_ids"))
            .map(n -> n.getOutput(0))
            .findFirst()
            .orElseThrow();
    graph.setNode(at, Refused.renamed(graph.getNode(at), LAST, position));
    return out.build();
  }

  static ModelProto ensemble(Gpt2 model, Dialect dialect) {
    ModelProto.Builder out = twoStreams(model, dialect).toBuilder();
    GraphProto.Builder graph = out.getGraphBuilder();
    int at = graph.getNodeList().indexOf(producer(graph, "logits"));
    graph.setNode(at, graph.getNode(at).toBuilder().setOutput(0, "first/logits"));
    tensor(graph, "half", Tensors.floats(Tensors.FLOAT, List.of(), 0.5f));
    graph.addNode(node("Add", "both", "first/logits", "second/logits"));
    graph.addNode(node("Mul", "logits", "both", "half"));
    graph.removeOutput(1);
    return out.build();
  }

  static ModelProto twoStreams(Gpt2 model, Dialect dialect) {
    ModelProto first = Gpt2Graph.model(model, dialect);
    GraphProto second = Gpt2Graph.model(Gpt2.random(model.config(), 8), dialect).getGraph();
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
