package dev.steerc.onnx;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The body of a function, written for one call: what a compiler calls inlining. */
final class Body {
  /** Where newer nodes keep notes of their exporter. */
  private static final int METADATA = 9;

  private final FunctionProto function;
  private final NodeProto call;
  private final Budget budget;
  private final Map<String, AttributeProto> attributes = new HashMap<>();
  private final List<NodeProto> passes = new ArrayList<>();

  private Body(FunctionProto function, NodeProto call, Budget budget) {
    this.function = function;
    this.call = call;
    this.budget = budget;
    function.getAttributeProtoList().forEach(a -> attributes.put(a.getName(), a));
    call.getAttributeList().forEach(a -> attributes.put(a.getName(), a));
  }

  /**
   * The nodes that do what a call does.
   *
   * @param prefix what the names begin with that nothing outside the body knows
   */
  static GraphProto of(FunctionProto function, NodeProto call, String prefix, Budget budget) {
    Body body = new Body(function, call, budget);
    Scope scope = new Scope(prefix, body.parameters(prefix));
    GraphProto.Builder nodes = GraphProto.newBuilder();
    function.getNodeList().forEach(node -> nodes.addNode(body.node(node, scope)));
    return nodes.addAllNode(body.passes).build();
  }

  /** The function without what only people read. */
  static FunctionProto plain(FunctionProto function) {
    FunctionProto.Builder plain = function.toBuilder().clearDocString();
    plain.getNodeBuilderList().forEach(Body::clearNotes);
    return plain.build();
  }

  private static void clearNotes(NodeProto.Builder node) {
    node.clearDocString();
    node.setUnknownFields(node.getUnknownFields().toBuilder().clearField(METADATA).build());
  }

  /** What the function calls its parameters, and what they are for this call. */
  private Map<String, String> parameters(String prefix) {
    Map<String, String> bound = new HashMap<>();
    for (int i = 0; i < function.getInputCount(); i++) {
      bound.put(function.getInput(i), i < call.getInputCount() ? call.getInput(i) : "");
    }
    Set<String> yields = new HashSet<>();
    function.getNodeList().forEach(node -> yields.addAll(node.getOutputList()));
    for (int i = 0; i < Math.min(function.getOutputCount(), call.getOutputCount()); i++) {
      bindOutput(function.getOutput(i), call.getOutput(i), prefix, bound, yields);
    }
    return bound;
  }

  /** A value can be an input or another output as well: then it has that name, and is passed on. */
  private void bindOutput(
      String name, String outside, String prefix, Map<String, String> bound, Set<String> yields) {
    if (outside.isEmpty()) {
      return;
    }
    if (!bound.containsKey(name) && !yields.contains(name)) {
      throw new WireException(0, "nothing in it yields its output `" + name + "`");
    }
    String taken = bound.putIfAbsent(name, outside);
    if (taken != null) {
      String pass = prefix + "output/" + passes.size();
      passes.add(
          NodeProto.newBuilder()
              .setName(pass)
              .setOpType("Identity")
              .addInput(taken)
              .addOutput(outside)
              .build());
    }
  }

  private NodeProto node(NodeProto node, Scope scope) {
    budget.bytes(node.getSerializedSize());
    NodeProto.Builder copy = node.toBuilder().clearInput().clearOutput().clearAttribute();
    node.getInputList().forEach(name -> copy.addInput(renamed(name, scope)));
    node.getOutputList().forEach(name -> copy.addOutput(renamed(name, scope)));
    if (!node.getName().isEmpty()) {
      copy.setName(renamed(node.getName(), new Scope(scope.prefix(), Map.of())));
    }
    node.getAttributeList().forEach(a -> attribute(a, scope).ifPresent(copy::addAttribute));
    return copy.build();
  }

  private String renamed(String name, Scope scope) {
    String renamed = scope.of(name);
    budget.bytes(renamed.length());
    return renamed;
  }

  /** An attribute that the call sets, or does not. */
  private Optional<AttributeProto> attribute(AttributeProto attribute, Scope scope) {
    if (attribute.getRefAttrName().isEmpty()) {
      return Optional.of(graphs(attribute, scope));
    }
    Optional<AttributeProto> given =
        Optional.ofNullable(attributes.get(attribute.getRefAttrName()));
    given.ifPresent(value -> budget.bytes(value.getSerializedSize()));
    return given.map(value -> value.toBuilder().setName(attribute.getName()).build());
  }

  private AttributeProto graphs(AttributeProto attribute, Scope scope) {
    if (!attribute.hasG() && attribute.getGraphsCount() == 0) {
      return attribute;
    }
    AttributeProto.Builder copy = attribute.toBuilder();
    if (attribute.hasG()) {
      copy.setG(graph(attribute.getG(), scope));
    }
    for (int i = 0; i < attribute.getGraphsCount(); i++) {
      copy.setGraphs(i, graph(attribute.getGraphs(i), scope));
    }
    return copy.build();
  }

  private GraphProto graph(GraphProto graph, Scope outer) {
    Scope scope = outer.inside(graph);
    GraphProto.Builder copy = graph.toBuilder().clearNode();
    graph.getNodeList().forEach(node -> copy.addNode(node(node, scope)));
    copy.getInputBuilderList().forEach(value -> rename(value, scope));
    copy.getOutputBuilderList().forEach(value -> rename(value, scope));
    copy.getValueInfoBuilderList().forEach(value -> rename(value, scope));
    for (TensorProto.Builder tensor : copy.getInitializerBuilderList()) {
      tensor.setName(renamed(tensor.getName(), scope));
    }
    return copy.build();
  }

  private void rename(ValueInfoProto.Builder value, Scope scope) {
    value.setName(renamed(value.getName(), scope));
  }
}
