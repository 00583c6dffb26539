package dev.steerc.runtime.laws;

import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What becomes of the calls of local functions, for functions without subgraphs and attributes:
 * written out where an edit is inside, kept where all edits are at what the call yields.
 */
final class InlinedCalls {
  private final List<FunctionProto> functions;
  private final List<Edit> edits;

  InlinedCalls(ModelProto model, List<Edit> edits) {
    this.functions = model.getFunctionsList();
    this.edits = edits;
  }

  /** The nodes at the front of a list that came through a call; none when the node is no call. */
  List<Node> inside(NodeProto proto, List<Node> nodes, int depth) {
    if (function(proto).isEmpty()) {
      return List.of();
    }
    Node call = nodes.get(0).calls().get(depth);
    return nodes.stream()
        .takeWhile(node -> node.calls().size() > depth && node.calls().get(depth) == call)
        .toList();
  }

  /** Whether an edit changes what happens inside a call. */
  boolean isWrittenOut(Node call, List<Node> inside) {
    return edits.stream().anyMatch(edit -> touches(edit, inside) && !isAround(edit, call, inside));
  }

  /** A call that stays one, with what comes behind it. */
  List<NodeProto> edited(Node call, NodeProto proto, List<Node> inside) {
    NodeProto.Builder renamed = named(call, proto);
    List<NodeProto> all = new ArrayList<>();
    for (Edit edit : edits) {
      if (edit instanceof Edit.RenameOutput rename && inside.contains(rename.node())) {
        String old = rename.node().output(rename.output());
        renamed.setOutput(call.outputs().indexOf(old), rename.name());
      } else if (edit instanceof Edit.InsertAfter after && inside.contains(after.node())) {
        all.addAll(after.nodes());
      }
    }
    all.add(0, renamed.build());
    return all;
  }

  /** The nodes of the function that is called, with the names that they have in the model. */
  List<NodeProto> body(NodeProto call, List<Node> inside, int depth) {
    List<NodeProto> body = new ArrayList<>();
    int next = 0;
    for (NodeProto proto : function(call).orElseThrow().getNodeList()) {
      List<Node> inner = inside(proto, inside.subList(next, inside.size()), depth);
      Node node = inner.isEmpty() ? inside.get(next) : inner.get(0).calls().get(depth);
      body.add(named(node, proto).build());
      next += Math.max(1, inner.size());
    }
    return body;
  }

  private static NodeProto.Builder named(Node node, NodeProto proto) {
    NodeProto.Builder named = proto.toBuilder().clearInput().clearOutput();
    return named.setName(node.name()).addAllInput(node.inputs()).addAllOutput(node.outputs());
  }

  private static boolean touches(Edit edit, List<Node> inside) {
    return edit instanceof Edit.OfNode of && inside.contains(of.node());
  }

  private static boolean isAround(Edit edit, Node call, List<Node> inside) {
    Set<String> read =
        inside.stream().flatMap(node -> node.inputs().stream()).collect(Collectors.toSet());
    if (edit instanceof Edit.RenameOutput rename) {
      String old = rename.node().output(rename.output());
      return call.outputs().contains(old) && !read.contains(old);
    }
    Set<String> hidden = new HashSet<>();
    inside.forEach(node -> hidden.addAll(node.outputs()));
    hidden.removeAll(call.outputs());
    return edit instanceof Edit.InsertAfter after
        && after.nodes().stream()
            .noneMatch(
                node ->
                    node.getInputList().stream().anyMatch(hidden::contains)
                        || node.getOutputList().stream().anyMatch(read::contains));
  }

  private Optional<FunctionProto> function(NodeProto node) {
    return functions.stream()
        .filter(f -> f.getName().equals(node.getOpType()) && f.getDomain().equals(node.getDomain()))
        .findFirst();
  }
}
