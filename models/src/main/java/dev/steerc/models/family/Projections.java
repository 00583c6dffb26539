package dev.steerc.models.family;

import dev.steerc.models.GraphBuilder;
import java.util.List;

/** How one block comes to queries, keys and values: by three linears or by one. */
final class Projections {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Parameters parameters;
  private final Shape shape;
  private final Spelling spelling;

  Projections(Nodes nodes, Parameters parameters, Shape shape, Spelling spelling) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.parameters = parameters;
    this.shape = shape;
    this.spelling = spelling;
  }

  /** Queries, keys and values, each [batch, sequence, its heads, head width]. */
  List<String> heads(int block, String x) {
    if (spelling.has(Quirk.PACKED_GROUPS)) {
      return grouped(block, x);
    }
    List<String> parts = parts(block, x);
    return List.of(
        split(parts.get(0), shape.heads()),
        split(parts.get(1), shape.keyHeads()),
        split(parts.get(2), shape.keyHeads()));
  }

  private String split(String x, int heads) {
    return nodes.unfolded(x, heads, shape.headWidth());
  }

  /** Queries, keys and values, each as wide as all its heads. */
  List<String> parts(int block, String x) {
    if (!spelling.has(Quirk.PACKED_QKV)) {
      return List.of(
          nodes.linear(x, parameters.query(block)),
          nodes.linear(x, parameters.key(block)),
          nodes.linear(x, parameters.value(block)));
    }
    return graph.split(packed(block, x), -1, shape.queries(), shape.keys(), shape.keys());
  }

  /** One linear for all three. */
  String packed(int block, String x) {
    return nodes.linear(x, packed(block, 1));
  }

  private List<String> grouped(int block, String x) {
    int groups = shape.keyHeads();
    int each = shape.heads() / groups;
    String all = nodes.linear(x, packed(block, groups));
    graph.enter(Nodes.scope(Parameters.layer(block, "self_attn")));
    String split = nodes.unfolded(all, groups, each + 2, shape.headWidth());
    String query = nodes.slice(split, 3, 0, each, 1);
    return List.of(
        nodes.unfolded(query, shape.heads(), shape.headWidth()),
        split(nodes.slice(split, 3, each, each + 1, 1), groups),
        split(nodes.slice(split, 3, each + 1, each + 2, 1), groups));
  }

  /** The columns of the three linears, so many groups of each by turns. */
  private Parameters.Linear packed(int block, int groups) {
    var linears = List.of(parameters.query(block), parameters.key(block), parameters.value(block));
    return Packed.of(Parameters.layer(block, "self_attn.qkv_proj"), linears, groups);
  }
}
