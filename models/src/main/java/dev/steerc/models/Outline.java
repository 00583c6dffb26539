package dev.steerc.models;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns groups of nodes into calls of local functions, as PyTorch's dynamo exporter writes modules.
 * Groups whose functions have one name are alike, and the first of them becomes the function.
 */
final class Outline {
  static final String DOMAIN = "pkg.decoder";

  /** A piece of a graph: what it reads, what others read of it, and its nodes. */
  private record Piece(List<String> inputs, List<String> outputs, List<NodeProto> nodes) {}

  private final Map<String, FunctionProto> functions = new LinkedHashMap<>();
  private final int opset;

  private Outline(int opset) {
    this.opset = opset;
  }

  /** The model in the functions that its dialect asks for. */
  static ModelProto of(ModelProto model, Dialect dialect) {
    var outline = new Outline(dialect.opset());
    GraphProto.Builder graph = model.getGraph().toBuilder();
    Set<String> read = new LinkedHashSet<>();
    graph.getOutputList().forEach(output -> read.add(output.getName()));
    List<NodeProto> nodes = outline.called(graph.getNodeList(), read, dialect);
    ModelProto.Builder out = model.toBuilder();
    out.setGraph(graph.clearNode().addAllNode(nodes)).addOpsetImport(Gpt2Graph.opset(DOMAIN, 1));
    return out.addAllFunctions(outline.functions.values()).build();
  }

  private List<NodeProto> called(List<NodeProto> all, Set<String> read, Dialect dialect) {
    List<NodeProto> nodes = all;
    if (dialect.has(Trait.NORM_FUNCTION) || dialect.has(Trait.NESTED_FUNCTIONS)) {
      nodes = grouped(nodes, read, Outline::norm);
    }
    if (dialect.has(Trait.NESTED_FUNCTIONS)) {
      nodes = grouped(nodes, read, Outline::half);
    }
    if (dialect.has(Trait.OWN_FUNCTIONS)) {
      return grouped(nodes, read, Outline::block);
    }
    return dialect.has(Trait.NORM_FUNCTION) ? nodes : grouped(nodes, read, n -> shared(n));
  }

  /** Which call a node is part of: the function's name, {@code @} and the call's; or null. */
  private static String norm(NodeProto node) {
    return node.getOpType().equals("LayerNormalization") ? "LayerNorm@" + node.getName() : null;
  }

  private static String half(NodeProto node) {
    String[] path = node.getName().split("/");
    boolean inside = path.length > 3 && path[1].startsWith("h.");
    return inside && !path[2].startsWith("ln") ? path[2] + "@" + path[1] + "/" + path[2] : null;
  }

  private static String block(NodeProto node) {
    String[] path = node.getName().split("/");
    return path[1].startsWith("h.") ? "Block_" + path[1].substring(2) + "@" + path[1] : null;
  }

  private static String shared(NodeProto node) {
    String own = block(node);
    return own == null ? null : "Block" + own.substring(own.indexOf('@'));
  }

  private List<NodeProto> grouped(
      List<NodeProto> nodes, Set<String> read, Function<NodeProto, String> call) {
    Map<String, List<NodeProto>> groups = new LinkedHashMap<>();
    for (NodeProto node : nodes) {
      String key = call.apply(node);
      groups.computeIfAbsent(key == null ? node.getName() : key, k -> new ArrayList<>()).add(node);
    }
    List<NodeProto> out = new ArrayList<>();
    groups.forEach(
        (key, group) -> {
          boolean alone = call.apply(group.get(0)) == null;
          out.addAll(alone ? group : List.of(call(key, piece(group, nodes, read))));
        });
    return out;
  }

  private static Piece piece(List<NodeProto> group, List<NodeProto> all, Set<String> read) {
    Set<String> inputs = new LinkedHashSet<>();
    Set<String> made = new LinkedHashSet<>();
    group.forEach(node -> made.addAll(node.getOutputList()));
    group.forEach(node -> inputs.addAll(node.getInputList()));
    inputs.removeAll(made);
    inputs.remove("");
    Set<String> wanted = new LinkedHashSet<>(read);
    all.stream().filter(n -> !group.contains(n)).forEach(n -> wanted.addAll(n.getInputList()));
    made.retainAll(wanted);
    return new Piece(List.copyOf(inputs), List.copyOf(made), group);
  }

  private NodeProto call(String key, Piece piece) {
    String function = key.substring(0, key.indexOf('@'));
    functions.computeIfAbsent(function, name -> function(name, piece));
    String call = key.substring(key.indexOf('@') + 1);
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(function).setDomain(DOMAIN);
    node.setName(call.startsWith("/") ? call : "/" + call);
    if (function.equals("LayerNorm")) {
      node.addAttribute(Attributes.number("eps", Gpt2.EPSILON));
    }
    return node.addAllInput(piece.inputs()).addAllOutput(piece.outputs()).build();
  }

  private FunctionProto function(String name, Piece piece) {
    FunctionProto.Builder function = FunctionProto.newBuilder().setDomain(DOMAIN).setName(name);
    function.addAllInput(piece.inputs()).addAllOutput(piece.outputs());
    if (name.equals("LayerNorm")) {
      function.addAttribute("eps").addNode(withReference(piece.nodes().get(0)));
    } else {
      function.addAllNode(piece.nodes());
    }
    return function
        .addOpsetImport(Gpt2Graph.opset("", opset))
        .addOpsetImport(Gpt2Graph.opset(DOMAIN, 1))
        .build();
  }

  /** The norm with the epsilon that the call gives. */
  private static NodeProto withReference(NodeProto norm) {
    NodeProto.Builder out = norm.toBuilder();
    for (AttributeProto.Builder attribute : out.getAttributeBuilderList()) {
      if (attribute.getName().equals("epsilon")) {
        attribute.clearF().setRefAttrName("eps");
      }
    }
    return out.build();
  }
}
