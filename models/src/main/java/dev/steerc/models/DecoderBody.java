package dev.steerc.models;

import dev.steerc.models.GraphBuilder.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The nodes that take token ids to logits, written into one graph or one branch of an If.
 *
 * <p>A <i>place</i> is where a branch joins the stream: 2·block after attention, 2·block + 1 after
 * the MLP. The norm of place p is the one that branch p reads; the last is the final norm.
 */
final class DecoderBody {
  private final GraphBuilder graph;
  private final Dialect dialect;
  private final Gpt2 model;
  private final Spelling spelling;
  private final SelfAttention attention;
  private final Optional<FixedScales> scales;

  /** The residual stream and its norm, which some dialects give in one node. */
  private record Point(String stream, String normed) {}

  DecoderBody(GraphBuilder graph, Gpt2 model, boolean past) {
    this.graph = graph;
    this.dialect = graph.dialect();
    this.model = model;
    this.scales =
        dialect.has(Trait.QDQ)
            ? Optional.of(new FixedScales(graph, Calibration.of(model)))
            : Optional.empty();
    this.spelling = new Spelling(graph, scales);
    this.attention = new SelfAttention(graph, model.config(), past, spelling);
  }

  void write() {
    attention.prepare();
    Point point = dialect.has(Trait.FUSED_ATTENTION) ? fusedEmbedding() : embedding();
    for (int i = 0; i < model.blocks().size(); i++) {
      Gpt2.Block block = model.blocks().get(i);
      String mixed = attention.mixed(i, path(2 * i) + ".attn", point.normed(), block);
      Point middle = join(2 * i, point.stream(), mixed);
      String up = spelling.activated(path(2 * i) + ".mlp.c_fc", middle.normed(), block.up());
      point = join(2 * i + 1, middle.stream(), up);
      if (dialect.has(Trait.EARLY_HEAD) && i == 0) {
        List<String> inputs = List.of(point.stream(), spelling.headMatrix(model));
        graph.named(List.of(Signature.EARLY), "MatMul", inputs);
      }
    }
    if (!dialect.has(Trait.NO_HEAD)) {
      spelling.head(point.normed(), model);
    }
  }

  private Point embedding() {
    graph.enter("");
    List<String> terms = new Embedding(graph, model, scales).terms();
    if (dialect.has(Trait.EMBEDDING_SKIP)) {
      return skip(0, terms, false);
    }
    String name = dialect.has(Trait.HIDDEN_STATES) ? "hidden_states.0" : GraphBuilder.OWN;
    String sum = graph.named(List.of(name), "Add", terms).get(0);
    String stream = passed(spelling.held(sum, "0.resid_pre"));
    return new Point(stream, normed(0, stream));
  }

  private Point fusedEmbedding() {
    graph.enter("");
    Gpt2.Norm norm = norm(0);
    List<String> inputs =
        List.of(
            graph.cast("input_ids", Tensors.INT32),
            "",
            graph.weight("wte.weight", model.tokens()),
            graph.weight("wpe.weight", model.places()),
            "",
            graph.weight(normPath(0) + ".weight", norm.gain()),
            graph.weight(normPath(0) + ".bias", norm.bias()),
            "",
            graph.cast("position_ids", Tensors.INT32));
    List<String> outputs =
        graph.named(
            List.of(GraphBuilder.OWN, GraphBuilder.OWN, GraphBuilder.OWN),
            "EmbedLayerNormalization",
            inputs,
            Attributes.number("epsilon", Gpt2.EPSILON));
    return new Point(outputs.get(2), outputs.get(0));
  }

  /** The stream behind a place, where {@code x} is what the last linear of the branch reads. */
  private Point join(int place, String stream, String x) {
    return dialect.skips() ? skip(place, stream, x) : sum(place, stream, x);
  }

  private Point sum(int place, String stream, String x) {
    String branch = dropped(widened(spelling.linear(module(place), x, linear(place))));
    graph.enter(Spelling.scope(path(place)));
    // PyTorch's GPT-2 writes attn + residual, but residual + mlp.
    List<String> terms = place % 2 == 0 ? List.of(branch, stream) : List.of(stream, branch);
    String type = dialect.has(Trait.SUM_OP) ? "Sum" : "Add";
    String sum = graph.named(List.of(sumName(place)), type, terms).get(0);
    String site = place / 2 + (place % 2 == 0 ? ".resid_mid" : ".resid_post");
    String next = passed(spelling.held(sum, site));
    boolean ends = last(place) && dialect.has(Trait.NO_FINAL_NORM);
    return new Point(next, ends ? next : normed(place + 1, next));
  }

  private String widened(String branch) {
    return dialect.has(Trait.HALF_BRANCHES) ? graph.cast(branch, Tensors.FLOAT) : branch;
  }

  private String dropped(String x) {
    return dialect.has(Trait.NO_OPS) ? graph.op("Dropout", List.of(x)) : x;
  }

  /** The stream behind nodes that change nothing. */
  private String passed(String x) {
    if (!dialect.has(Trait.NO_OPS)) {
      return x;
    }
    String same = graph.cast(graph.op("Identity", List.of(dropped(x))), dialect.elementType());
    return graph.reshape(same, Dim.of(0), Dim.of(0), Dim.of(model.config().hidden()));
  }

  private Point skip(int place, String stream, String x) {
    boolean biased = dialect.has(Trait.SKIP_BIAS);
    String branch =
        biased
            ? spelling.product(module(place), x, linear(place))
            : spelling.linear(module(place), x, linear(place));
    graph.enter(Spelling.scope(path(place)));
    boolean streamFirst = dialect.has(Trait.SKIP_STREAM_FIRST);
    List<String> terms = streamFirst ? List.of(stream, branch) : List.of(branch, stream);
    return skip(place + 1, terms, biased);
  }

  /** The sum of two terms and its norm in one node, with the bias of the branch or without. */
  private Point skip(int place, List<String> terms, boolean biased) {
    var inputs = new ArrayList<>(terms);
    inputs.add(graph.weight(normPath(place) + ".weight", norm(place).gain()));
    inputs.add(graph.weight(normPath(place) + ".bias", norm(place).bias()));
    if (biased) {
      inputs.add(graph.weight(module(place - 1) + ".bias", linear(place - 1).bias()));
    }
    String own = GraphBuilder.OWN;
    boolean ends = ends(place);
    List<String> outputs =
        graph.named(
            ends ? List.of(own) : List.of(own, "", "", own),
            "SkipLayerNormalization",
            inputs,
            Attributes.number("epsilon", Gpt2.EPSILON));
    return new Point(ends ? null : outputs.get(3), outputs.get(0));
  }

  private String normed(int place, String stream) {
    boolean cut = ends(place) && dialect.has(Trait.LAST_TOKEN);
    String x =
        cut
            ? graph.op("Gather", List.of(stream, graph.integers(-1)), Attributes.integer("axis", 1))
            : stream;
    String normed = spelling.norm(normPath(place), x, norm(place));
    return ends(place) && dialect.has(Trait.NO_HEAD)
        ? graph.named(List.of(Signature.STATE), "Identity", List.of(normed)).get(0)
        : normed;
  }

  private String sumName(int place) {
    if (last(place) && dialect.has(Trait.NO_FINAL_NORM)) {
      return Signature.STATE;
    }
    boolean shown = dialect.has(Trait.HIDDEN_STATES) && place % 2 == 1;
    return shown ? "hidden_states." + (place / 2 + 1) : GraphBuilder.OWN;
  }

  private boolean last(int place) {
    return ends(place + 1);
  }

  /** Whether the norm of a place is the final one. */
  private boolean ends(int place) {
    return place == 2 * model.blocks().size();
  }

  private static String path(int place) {
    return "h." + place / 2;
  }

  private static String module(int place) {
    return path(place) + (place % 2 == 0 ? ".attn.c_proj" : ".mlp.c_proj");
  }

  private Gpt2.Linear linear(int place) {
    Gpt2.Block block = model.blocks().get(place / 2);
    return place % 2 == 0 ? block.attentionOut() : block.down();
  }

  private String normPath(int place) {
    return ends(place) ? "ln_f" : path(place) + (place % 2 == 0 ? ".ln_1" : ".ln_2");
  }

  private Gpt2.Norm norm(int place) {
    if (ends(place)) {
      return model.finalNorm();
    }
    Gpt2.Block block = model.blocks().get(place / 2);
    return place % 2 == 0 ? block.attentionNorm() : block.mlpNorm();
  }
}
