package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import java.util.List;

/** How attention is spelled out, from the normed stream to the output projection. */
final class AttentionSpelling {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Shape shape;
  private final Parameters parameters;
  private final Spelling spelling;
  private final Mask mask;
  private final Rotary rotary;
  private final Projections projections;

  /** What meets in the attention of one block: [batch, heads, sequence or keys, head width]. */
  record Heads(String query, String key, String value) {}

  AttentionSpelling(
      Nodes nodes, Architecture architecture, Parameters parameters, Spelling spelling, Mask mask) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.architecture = architecture;
    this.shape = architecture.shape();
    this.parameters = parameters;
    this.spelling = spelling;
    this.mask = mask;
    this.rotary = new Rotary(nodes, architecture, mask);
    this.projections = new Projections(nodes, parameters, shape, spelling);
  }

  /** What the branch gives, as wide as the stream. */
  String of(int block, String x) {
    return nodes.linear(mixed(block, x), parameters.output(block));
  }

  private String mixed(int block, String x) {
    var fused = new FusedAttention(nodes, architecture, parameters, mask, rotary);
    return switch (spelling.attention()) {
      case GROUP_QUERY -> fused.groupQuery(block, projections.packed(block, x));
      case MULTI_HEAD -> fused.multiHead(block, projections.parts(block, x));
      case STANDARD -> folded(fused.standard(block, own(block, x)));
      default -> folded(decomposed(block, own(block, x)));
    };
  }

  private String folded(String heads) {
    return nodes.folded(graph.transpose(heads, 0, 2, 1, 3), shape.queries());
  }

  /** Queries, keys and values of this run. */
  private Heads own(int block, String x) {
    List<String> heads =
        architecture.has(Feature.WHOLE_NORM)
            ? whole(block, projections.parts(block, x))
            : projections.heads(block, x);
    graph.enter(scope(block));
    String query = turned(block, normed(block, "q_norm", heads.get(0)));
    String key = turned(block, normed(block, "k_norm", heads.get(1)));
    return new Heads(query, key, graph.transpose(heads.get(2), 0, 2, 1, 3));
  }

  private String turned(int block, String x) {
    graph.enter(scope(block));
    String heads = graph.transpose(x, 0, 2, 1, 3);
    return spelling.attention() == AttentionOp.STANDARD
        ? rotary.operator(block, heads)
        : rotary.of(block, heads);
  }

  private String normed(int block, String name, String heads) {
    if (!architecture.has(Feature.HEAD_NORM)) {
      return heads;
    }
    return norm(block, name, heads, shape.headWidth());
  }

  private String norm(int block, String name, String x, int width) {
    NormOp op = spelling.norm() == NormOp.SKIP ? NormOp.OPERATOR : spelling.norm();
    var alone = new Spelling(spelling.dialect(), op, spelling.attention(), spelling.quirks());
    String path = Parameters.layer(block, "self_attn." + name);
    return new NormSpelling(nodes, alone, architecture.norm())
        .of(x, parameters.norm(path, architecture.norm(), width))
        .normed();
  }

  private List<String> whole(int block, List<String> parts) {
    String query = norm(block, "q_norm", parts.get(0), shape.queries());
    String key = norm(block, "k_norm", parts.get(1), shape.keys());
    return List.of(
        nodes.unfolded(query, shape.heads(), shape.headWidth()),
        nodes.unfolded(key, shape.keyHeads(), shape.headWidth()),
        nodes.unfolded(parts.get(2), shape.keyHeads(), shape.headWidth()));
  }

  private String decomposed(int block, Heads own) {
    String key = repeated(kept(block, "key", own.key()));
    String value = repeated(kept(block, "value", own.value()));
    String weights = weights(block, scores(own.query(), key));
    return spelling.attention() == AttentionOp.EINSUM
        ? einsum("bhqk,bhkd->bhqd", weights, value)
        : nodes.matmul(weights, value);
  }

  /** Keys or values of this run behind those of the past, under the name of their output. */
  private String kept(int block, String part, String own) {
    if (!spelling.isCached()) {
      return own;
    }
    String past = "past_key_values.%d.%s".formatted(block, part);
    String present = "present.%d.%s".formatted(block, part);
    graph.named(List.of(present), "Concat", List.of(past, own), Attributes.integer("axis", -2));
    return present;
  }

  /** Each head of keys or values as often as queries need it; a single one is broadcast. */
  private String repeated(String x) {
    int times = shape.heads() / shape.keyHeads();
    if (times == 1 || shape.keyHeads() == 1 && spelling.attention() != AttentionOp.EINSUM) {
      return x;
    }
    String more = nodes.op("Expand", graph.unsqueeze(x, 2), graph.integers(1, 1, times, 1, 1));
    return nodes.reshaped(more, 0, shape.heads(), -1, shape.headWidth());
  }

  private String scores(String query, String key) {
    double scale = architecture.scoreScale();
    if (spelling.attention() == AttentionOp.EINSUM) {
      return nodes.scaled(einsum("bhqd,bhkd->bhqk", query, key), scale);
    }
    String turned = graph.transpose(key, 0, 1, 3, 2);
    if (spelling.attention() == AttentionOp.EAGER) {
      return nodes.scaled(nodes.matmul(query, turned), scale);
    }
    double root = Math.sqrt(scale);
    return nodes.matmul(nodes.scaled(query, root), nodes.scaled(turned, root));
  }

  private String einsum(String equation, String x, String y) {
    return nodes.op("Einsum", List.of(x, y), Attributes.text("equation", equation));
  }

  private String weights(int block, String scores) {
    String capped = nodes.capped(scores, architecture.scales().scoreCap());
    boolean alibi = architecture.positions().is(Positions.Kind.ALIBI);
    String far = alibi ? nodes.add(mask.alibi(), capped) : capped;
    String visible = mask.of(block);
    graph.enter(scope(block));
    String masked = nodes.add(far, visible);
    if (architecture.has(Feature.SINKS)) {
      return besideSink(block, masked);
    }
    String weights = nodes.softmax(masked);
    return spelling.attention() == AttentionOp.GUARDED
        ? nodes.op("Where", nodes.op("IsNaN", weights), graph.number(0), weights)
        : weights;
  }

  /** The weights of the keys, when one more score takes its share. */
  private String besideSink(int block, String scores) {
    String sinks =
        graph.weight(Parameters.layer(block, "self_attn.sinks"), parameters.sinks(block));
    String each = nodes.reshaped(sinks, 1, shape.heads(), 1, 1);
    String rows = graph.unsqueeze(graph.size("input_ids", 0), 0);
    String width = graph.unsqueeze(graph.size("input_ids", 1), 0);
    String dims = nodes.concat(0, rows, graph.integers(1), width, graph.integers(1));
    String all = nodes.concat(-1, scores, nodes.op("Expand", each, dims));
    String bounded = nodes.op("Sub", all, nodes.reduced("ReduceMax", all));
    return nodes.columns(nodes.softmax(bounded), 0, -1);
  }

  private static String scope(int block) {
    return Nodes.scope(Parameters.layer(block, "self_attn"));
  }
}
