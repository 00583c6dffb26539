package dev.steerc.onnx;

import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the names of a function's body are where the function is called: a parameter is what the
 * call passes, anything else gets a prefix.
 *
 * @param bound the parameters, by their names in the function
 * @param own the names that a subgraph of the body defines itself, whatever they mean around it
 */
record Scope(String prefix, Map<String, String> bound, Set<String> own) {

  Scope(String prefix, Map<String, String> bound) {
    this(prefix, bound, Set.of());
  }

  String of(String name) {
    if (name.isEmpty()) {
      return name;
    }
    String outside = own.contains(name) ? null : bound.get(name);
    return outside == null ? prefix + name : outside;
  }

  /** The names inside a subgraph of the body. */
  Scope inside(GraphProto graph) {
    Set<String> names = new HashSet<>(own);
    graph.getInputList().stream().map(ValueInfoProto::getName).forEach(names::add);
    graph.getInitializerList().stream().map(TensorProto::getName).forEach(names::add);
    graph.getNodeList().stream().map(NodeProto::getOutputList).forEach(names::addAll);
    return new Scope(prefix, bound, names);
  }
}
