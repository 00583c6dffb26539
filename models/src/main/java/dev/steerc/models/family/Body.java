package dev.steerc.models.family;

import dev.steerc.models.GraphBuilder;

/** The nodes that take token ids to logits. */
final class Body {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Spelling spelling;
  private final Parameters parameters;
  private final NormSpelling norms;
  private final Mask mask;
  private final AttentionSpelling attention;
  private final MlpSpelling mlp;

  /** The operands of a sum that is still to be written; the second is null when it is written. */
  private record Point(int block, String first, String second) {}

  Body(GraphBuilder graph, Architecture architecture, Spelling spelling) {
    boolean flat = spelling.has(Quirk.FLAT);
    this.graph = graph;
    this.nodes = new Nodes(graph, flat);
    this.architecture = architecture;
    this.spelling = spelling;
    this.parameters = new Parameters(architecture);
    this.norms = new NormSpelling(nodes, spelling, architecture.norm());
    this.mask = new Mask(nodes, architecture, spelling);
    this.attention = new AttentionSpelling(nodes, architecture, parameters, spelling, mask);
    var inner = new Nodes(graph, flat || spelling.has(Quirk.FLAT_MLP));
    this.mlp = new MlpSpelling(inner, architecture, parameters, spelling);
  }

  void write() {
    Point point = new Point(0, embedding(), null);
    for (int i = 0; i < architecture.shape().blocks(); i++) {
      point = architecture.join().isParallel() ? parallel(i, point) : sequential(i, point);
    }
    head(normed(point, "norm", spelling.has(Quirk.LAST_SUM)).normed());
  }

  private String embedding() {
    graph.enter("/model/embed_tokens");
    Shape shape = architecture.shape();
    String tokens = graph.weight("embed_tokens.weight", parameters.tokens());
    String x = nodes.op("Gather", tokens, "input_ids");
    x = nodes.scaled(x, architecture.scales().embedding());
    if (architecture.positions().is(Positions.Kind.LEARNED)) {
      x = nodes.add(x, places());
    }
    x = spelling.has(Quirk.FLAT) ? nodes.reshaped(x, -1, shape.hidden()) : x;
    return architecture.has(Feature.EMBEDDING_NORM)
        ? norms.of(x, parameters.norm("embed_layernorm")).normed()
        : x;
  }

  private String places() {
    graph.enter("/model/embed_positions");
    int offset = architecture.positions().offset();
    String at = mask.positions();
    at = offset == 0 ? at : nodes.add(at, graph.integer(offset));
    return nodes.op("Gather", graph.weight("embed_positions.weight", parameters.places()), at);
  }

  private Point sequential(int i, Point input) {
    NormSpelling.Normed read = read(i, "input_layernorm", input);
    String attended = attended(i, read.normed());
    boolean first = architecture.join() == Join.STREAM_FIRST;
    Point middle =
        first ? new Point(i, read.stream(), attended) : new Point(i, attended, read.stream());
    if (spelling.has(Quirk.FLAT_MLP)) {
      middle = new Point(i, nodes.reshaped(sum(middle), -1, architecture.shape().hidden()), null);
    }
    read = read(i, "post_attention_layernorm", middle);
    String out = through(i, read.normed());
    boolean last = architecture.join() == Join.BRANCH_FIRST;
    Point post = last ? new Point(i, out, read.stream()) : new Point(i, read.stream(), out);
    return spelling.has(Quirk.FLAT_MLP) ? unfolded(i, post) : post;
  }

  private Point unfolded(int i, Point flat) {
    return new Point(i, nodes.unfolded(sum(flat), architecture.shape().hidden()), null);
  }

  private Point parallel(int i, Point input) {
    NormSpelling.Normed read = read(i, "input_layernorm", input);
    String x = read.stream();
    boolean two = architecture.has(Feature.TWO_NORMS);
    String own =
        two ? read(i, "post_attention_layernorm", new Point(i, x, null)).normed() : read.normed();
    String a = attended(i, read.normed());
    String m = through(i, own);
    graph.enter(Nodes.scope("layers." + i));
    return switch (architecture.join()) {
      case PARALLEL -> new Point(i, nodes.add(a, m), x);
      case PARALLEL_MLP_FIRST -> new Point(i, nodes.add(m, a), x);
      case PARALLEL_STREAM_FIRST -> new Point(i, x, nodes.add(m, a));
      case PARALLEL_CHAIN -> new Point(i, nodes.add(x, a), m);
      default -> new Point(i, m, nodes.add(a, x));
    };
  }

  private String attended(int i, String x) {
    return contribution(Parameters.layer(i, "attention_norm_after"), attention.of(i, x));
  }

  private String through(int i, String x) {
    return contribution(Parameters.layer(i, "mlp_norm_after"), mlp.of(i, x));
  }

  private String contribution(String norm, String branch) {
    String whole =
        architecture.has(Feature.NORM_AFTER)
            ? norms.of(branch, parameters.norm(norm)).normed()
            : branch;
    return nodes.scaled(whole, architecture.scales().branch());
  }

  /** What a branch reads, and the stream in the form that the next sum reads. */
  private NormSpelling.Normed read(int i, String norm, Point point) {
    if (architecture.has(Feature.NO_NORM_BEFORE)) {
      String stream = sum(point);
      return new NormSpelling.Normed(stream, stream);
    }
    return normed(point, Parameters.layer(i, norm), true);
  }

  private NormSpelling.Normed normed(Point point, String path, boolean isSumRead) {
    Parameters.Scaling scaling = parameters.norm(path);
    if (spelling.norm() == NormOp.SKIP && point.second() != null) {
      return norms.ofSum(point.first(), point.second(), scaling, isSumRead);
    }
    return norms.of(sum(point), scaling);
  }

  private String sum(Point point) {
    graph.enter(Nodes.scope("layers." + point.block()));
    return point.second() == null ? point.first() : nodes.add(point.first(), point.second());
  }

  private void head(String x) {
    graph.enter("/lm_head");
    Scales scales = architecture.scales();
    String logits = nodes.scaled(product(x), scales.logits());
    logits = nodes.capped(logits, scales.logitCap());
    if (spelling.has(Quirk.FLAT)) {
      nodes.unfolded(logits, architecture.shape().vocab());
    }
    int last = graph.graph().getNodeCount() - 1;
    graph.graph().getNodeBuilder(last).setOutput(0, "logits");
  }

  private String product(String x) {
    if (!architecture.has(Feature.TIED)) {
      return nodes.linear(x, parameters.head());
    }
    String tokens = graph.weight("embed_tokens.weight", parameters.tokens());
    return nodes.matmul(x, graph.transpose(tokens, 1, 0));
  }
}
