package dev.steerc.onnx;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.FunctionProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.OperatorSetIdProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The operator sets that a function's nodes mean, by domain; ONNX's own domain is empty.
 *
 * @param used the domains of its nodes
 */
record Imports(Map<String, Long> versions, Set<String> used) {
  /** Domains that ONNX Runtime knows in one version, whether a model imports them or not. */
  private static final String OWN = "com.microsoft";

  static Imports of(FunctionProto function) {
    Map<String, Long> versions = new TreeMap<>();
    for (OperatorSetIdProto opset : function.getOpsetImportList()) {
      versions.put(domain(opset.getDomain()), opset.getVersion());
    }
    Set<String> used = new TreeSet<>();
    collect(function.getNodeList(), used);
    return new Imports(versions, used);
  }

  /** Why the nodes would mean something else in a model with these imports, if they would. */
  Optional<String> conflict(Map<String, Long> model) {
    for (String domain : used) {
      Long here = versions.get(domain);
      Long there = model.get(domain);
      boolean own = there == null && domain.startsWith(OWN);
      if (!own && here != null && !here.equals(there)) {
        String name = domain.isEmpty() ? "ai.onnx" : domain;
        return Optional.of(
            there == null
                ? "it uses the operator set `" + name + "`, which the model does not import"
                : "it uses opset " + here + " of `" + name + "`, the model " + there);
      }
    }
    return Optional.empty();
  }

  private static void collect(List<NodeProto> nodes, Set<String> used) {
    for (NodeProto node : nodes) {
      used.add(domain(node.getDomain()));
      for (AttributeProto attribute : node.getAttributeList()) {
        collect(attribute.getG().getNodeList(), used);
        attribute.getGraphsList().forEach(graph -> collect(graph.getNodeList(), used));
      }
    }
  }

  private static String domain(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }
}
