package dev.steerc.models;

import java.util.ArrayList;
import java.util.List;

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

  /** The residual stream and its norm, which some dialects give in one node. */
  private record Point(String stream, String normed) {}

  DecoderBody(GraphBuilder graph, Gpt2 model, boolean past) {
    this.graph = graph;
    this.dialect = graph.dialect();
    this.model = model;
    this.spelling = new Spelling(graph);
    this.attention = new SelfAttention(graph, model.config(), past);
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
    }
    if (!dialect.has(Trait.NO_HEAD)) {
      spelling.head(point.normed(), model);
    }
  }

  private Point embedding() {
    graph.enter("");
    String tokens = graph.weight("wte.weight", model.tokens());
    String places = graph.weight("wpe.weight", model.places());
    String token = graph.op("Gather", List.of(tokens, "input_ids"));
    String position = graph.op("Gather", List.of(places, positions()));
    String name = dialect.has(Trait.HIDDEN_STATES) ? "hidden_states.0" : GraphBuilder.OWN;
    String sum = graph.named(List.of(name), "Add", List.of(token, position)).get(0);
    return new Point(sum, normed(0, sum));
  }

  private String positions() {
    if (!dialect.has(Trait.IDS_ONLY)) {
      return "position_ids";
    }
    if (dialect.has(Trait.STATIC)) {
      return graph.constant(Tensors.longs(List.of(1, Dialect.STATIC_WIDTH), 0, 1, 2, 3, 4));
    }
    String width = graph.size("input_ids", 1);
    String range = graph.op("Range", List.of(graph.integer(0), width, graph.integer(1)));
    return graph.unsqueeze(range, 0);
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
    String branch = spelling.linear(module(place), x, linear(place));
    graph.enter(Spelling.scope(path(place)));
    // PyTorch's GPT-2 writes attn + residual, but residual + mlp.
    List<String> terms = place % 2 == 0 ? List.of(branch, stream) : List.of(stream, branch);
    String sum = graph.named(List.of(sumName(place)), "Add", terms).get(0);
    boolean ends = last(place) && dialect.has(Trait.NO_FINAL_NORM);
    return new Point(sum, ends ? sum : normed(place + 1, sum));
  }

  private Point skip(int place, String stream, String x) {
    boolean biased = dialect.has(Trait.SKIP_BIAS);
    String branch =
        biased
            ? spelling.product(module(place), x, linear(place))
            : spelling.linear(module(place), x, linear(place));
    graph.enter(Spelling.scope(path(place)));
    boolean streamFirst = dialect.has(Trait.SKIP_STREAM_FIRST);
    var inputs = new ArrayList<>(streamFirst ? List.of(stream, branch) : List.of(branch, stream));
    inputs.add(graph.weight(normPath(place + 1) + ".weight", norm(place + 1).gain()));
    inputs.add(graph.weight(normPath(place + 1) + ".bias", norm(place + 1).bias()));
    if (biased) {
      inputs.add(graph.weight(module(place) + ".bias", linear(place).bias()));
    }
    String own = GraphBuilder.OWN;
    List<String> outputs =
        graph.named(
            last(place) ? List.of(own) : List.of(own, "", "", own),
            "SkipLayerNormalization",
            inputs,
            Attributes.number("epsilon", Gpt2.EPSILON));
    return new Point(last(place) ? null : outputs.get(3), outputs.get(0));
  }

  private String normed(int place, String x) {
    String normed = spelling.norm(normPath(place), x, norm(place));
    boolean ends = place == 2 * model.blocks().size() && dialect.has(Trait.NO_HEAD);
    return ends
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
    return place == 2 * model.blocks().size() - 1;
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
    boolean fin = place == 2 * model.blocks().size();
    return fin ? "ln_f" : path(place) + (place % 2 == 0 ? ".ln_1" : ".ln_2");
  }

  private Gpt2.Norm norm(int place) {
    if (place == 2 * model.blocks().size()) {
      return model.finalNorm();
    }
    Gpt2.Block block = model.blocks().get(place / 2);
    return place % 2 == 0 ? block.attentionNorm() : block.mlpNorm();
  }
}
