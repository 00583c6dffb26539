package dev.steerc.models;

import java.util.HashMap;
import java.util.Map;

/** What an exporter calls the nodes, values and weights of one graph. */
final class Names {
  private final Dialect dialect;
  private final Map<String, Integer> uses = new HashMap<>();
  private int values = 1017;
  private String scope = "";

  Names(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Says which module the next nodes belong to. */
  void enter(String scope) {
    this.scope = scope;
  }

  /** A new name for a node of this type. */
  String node(String type) {
    String key = dialect.has(Trait.FUSED_NAMES) ? "Fused/" + type : scope + "/" + type;
    if (dialect.has(Trait.NUMBERED_NAMES)) {
      return type + "_" + uses.merge("", 1, Integer::sum);
    }
    int use = uses.merge(key, 1, Integer::sum) - 1;
    if (dialect.has(Trait.FUSED_NAMES)) {
      return "Opt_" + type + "_" + use;
    }
    return use == 0 ? key : key + "_" + use;
  }

  /** A new name for an output of a node. */
  String value(String node, int output) {
    if (dialect.has(Trait.NUMBERED_NAMES)) {
      return Integer.toString(values++);
    }
    return dialect.has(Trait.FUSED_NAMES)
        ? node + (output == 0 ? "_out" : "_out" + output)
        : node + "_output_" + output;
  }

  /** The name of a weight, where {@code path} is the one it has in PyTorch. */
  String weight(String path) {
    if (dialect.has(Trait.NUMBERED_NAMES)) {
      return Integer.toString(1 + uses.computeIfAbsent("#" + path, key -> uses.size()));
    }
    return dialect.has(Trait.FUSED_NAMES)
        ? "onnx::W_" + Integer.toHexString(path.hashCode())
        : path;
  }
}
