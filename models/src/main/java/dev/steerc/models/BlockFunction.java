package dev.steerc.models;

import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Moves the blocks of a decoder into one local function that is called for each of them, with its
 * weights as arguments, and their MLPs into another that the first one calls.
 */
final class BlockFunction {
  private static final String DOMAIN = "pkg.decoder";

  /** Nodes as a function: what they read from outside, and what is read of them outside. */
  private record Part(List<NodeProto> nodes, List<String> inputs, List<String> outputs) {

    static Part of(List<NodeProto> nodes, List<NodeProto> others, Set<String> results) {
      Set<String> own = yielded(nodes);
      Set<String> inputs = read(nodes);
      inputs.removeAll(own);
      Set<String> needed = read(others);
      needed.addAll(results);
      List<String> outputs = own.stream().filter(needed::contains).toList();
      return new Part(nodes, List.copyOf(inputs), outputs);
    }

    NodeProto call(String name, String function) {
      return NodeProto.newBuilder()
          .setName(name)
          .setOpType(function)
          .setDomain(DOMAIN)
          .addAllInput(inputs)
          .addAllOutput(outputs)
          .build();
    }
  }

  private BlockFunction() {}

  /** The same model with calls. */
  static ModelProto of(ModelProto plain, int blocks) {
    GraphProto graph = plain.getGraph();
    Set<String> results =
        graph.getOutputList().stream()
            .map(ValueInfoProto::getName)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<NodeProto> nodes = graph.getNodeList();
    Part block = null;
    for (int i = blocks - 1; i >= 0; i--) {
      block = part(nodes, "/h." + i + "/", results);
      nodes = replaced(nodes, block, block.call("block_" + i, "Block"));
    }
    Part mlp = part(block.nodes(), "/h.0/mlp/", Set.copyOf(block.outputs()));
    List<NodeProto> body = replaced(block.nodes(), mlp, mlp.call("mlp", "Mlp"));
    ModelProto.Builder model = plain.toBuilder();
    model.getGraphBuilder().clearNode().addAllNode(nodes);
    return model
        .addOpsetImport(Gpt2Graph.opset(DOMAIN, 1))
        .addFunctions(function("Mlp", mlp, mlp.nodes(), plain))
        .addFunctions(function("Block", block, body, plain))
        .build();
  }

  private static Part part(List<NodeProto> nodes, String scope, Set<String> results) {
    var inside =
        nodes.stream().collect(Collectors.partitioningBy(n -> n.getName().startsWith(scope)));
    return Part.of(inside.get(true), inside.get(false), results);
  }

  /** The nodes with a call in the place of those of a part, which stand side by side. */
  private static List<NodeProto> replaced(List<NodeProto> nodes, Part part, NodeProto call) {
    var replaced = new ArrayList<>(nodes);
    int at = replaced.indexOf(part.nodes().get(0));
    replaced.removeAll(part.nodes());
    replaced.add(at, call);
    return replaced;
  }

  private static FunctionProto function(
      String name, Part part, List<NodeProto> body, ModelProto model) {
    return FunctionProto.newBuilder()
        .setDomain(DOMAIN)
        .setName(name)
        .addAllInput(part.inputs())
        .addAllOutput(part.outputs())
        .addAllNode(body)
        .addAllOpsetImport(model.getOpsetImportList())
        .addOpsetImport(Gpt2Graph.opset(DOMAIN, 1))
        .build();
  }

  private static Set<String> yielded(List<NodeProto> nodes) {
    Set<String> names = new LinkedHashSet<>();
    nodes.forEach(node -> names.addAll(node.getOutputList()));
    return names;
  }

  private static Set<String> read(List<NodeProto> nodes) {
    Set<String> names = new LinkedHashSet<>();
    nodes.forEach(node -> names.addAll(node.getInputList()));
    return names;
  }
}
