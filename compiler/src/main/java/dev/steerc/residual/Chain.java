package dev.steerc.residual;

import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The residual sums from the embedding to the last block.
 *
 * @param base the stream's first value
 * @param embedding what yields it
 * @param sums the sums in order; each continues the one before
 */
record Chain(String base, Embedding embedding, List<Sum> sums) {

  /** The values of the stream in order, the embedding first. */
  List<String> values() {
    List<String> values = new ArrayList<>(List.of(base));
    sums.forEach(sum -> values.add(sum.value()));
    return values;
  }

  Sum last() {
    return sums.get(sums.size() - 1);
  }

  /** Whether a mask can be seen that keeps positions from looking at later ones. */
  boolean isCausal(Flow flow) {
    return sums.stream()
        .flatMap(sum -> sum.branches().stream())
        .flatMap(branch -> Attention.in(flow, branch.region()).stream())
        .anyMatch(attention -> attention.isCausal(flow));
  }

  static Chain find(Flow flow) {
    List<Sum> sums = Sum.all(flow);
    Map<String, List<Sum>> continuing = new LinkedHashMap<>();
    Set<String> values = new HashSet<>();
    for (Sum sum : sums) {
      continuing.computeIfAbsent(sum.before(flow), v -> new ArrayList<>()).add(sum);
      values.add(sum.value());
    }
    List<Chain> chains = new ArrayList<>();
    for (String base : continuing.keySet()) {
      if (!values.contains(base)) {
        Embedding.of(flow, base).ifPresent(e -> chains.add(follow(base, e, continuing)));
      }
    }
    return only(flow, sums, chains);
  }

  private static Chain follow(String base, Embedding embedding, Map<String, List<Sum>> continuing) {
    List<Sum> sums = new ArrayList<>();
    String at = base;
    while (continuing.containsKey(at)) {
      List<Sum> next = continuing.get(at);
      if (next.size() > 1) {
        throw broken(
            "the stream is continued by two sums",
            next.get(1).root().node(),
            "`" + at + "` is also continued by `" + next.get(0).root().node().label() + "`");
      }
      sums.add(next.get(0));
      at = next.get(0).value();
    }
    return new Chain(base, embedding, sums);
  }

  /** The one chain that is there, if nothing speaks against it. */
  private static Chain only(Flow flow, List<Sum> sums, List<Chain> chains) {
    refusePostNorm(flow, sums);
    if (chains.size() > 1) {
      throw Problem.of(
              Code.AMBIGUOUS_STREAM, "the graph has " + chains.size() + " residual streams")
          .at("graph `" + flow.graph().name() + "`")
          .note("they begin at `" + chains.get(0).base() + "` and `" + chains.get(1).base() + "`")
          .help("name the value yourself with --at value:<name>:add")
          .exception();
    }
    if (chains.isEmpty()) {
      throw noChain(flow, sums);
    }
    Chain chain = chains.get(0);
    chain.refuseLeftovers(flow, sums);
    chain.refuseShortcuts();
    chain.refuseUnread(flow);
    chain.refuseAttentionBehind(flow);
    Descent.check(flow, chain);
    return chain;
  }

  private static RuntimeException noChain(Flow flow, List<Sum> sums) {
    String where = "graph `" + flow.graph().name() + "`";
    if (sums.isEmpty() || isOfIntegers(flow)) {
      return Problem.of(Code.NO_RESIDUAL_STREAM, "the graph has no residual stream")
          .at(where)
          .note(
              isOfIntegers(flow)
                  ? "its additions are of 8-bit integers (QLinearAdd), which no vector fits"
                  : "no addition continues a value that its other operand is computed from")
          .help("name a value yourself with --at value:<name>:add")
          .exception();
    }
    String base = sums.get(0).before(flow);
    return Problem.of(Code.NO_RESIDUAL_STREAM, "the residual additions begin at no embedding")
        .at(where + ", node `" + sums.get(0).root().node().label() + "`")
        .note(
            Embedding.isTransposed(flow, base)
                ? "`" + base + "` is where they begin; its batch and sequence are swapped"
                : "`" + base + "` is where they begin, and no token table leads there")
        .help("name a value yourself with --at value:<name>:add")
        .exception();
  }

  private static boolean isOfIntegers(Flow flow) {
    return flow.steps().stream().anyMatch(step -> step.node().op().equals("QLinearAdd"));
  }

  /** A stream that begins at the norm of an earlier sum belongs to a post-norm model. */
  private static void refusePostNorm(Flow flow, List<Sum> sums) {
    Map<String, String> normed = new HashMap<>();
    for (Sum sum : sums) {
      Norms.of(flow, sum.value())
          .steps()
          .forEach(step -> step.outputs().forEach(output -> normed.put(output, sum.value())));
    }
    for (Sum sum : sums) {
      String before = sum.before(flow);
      if (normed.containsKey(before)) {
        throw Problem.of(Code.POST_NORM, "the blocks end in a norm, so no stream passes through")
            .at("node `" + sum.root().node().label() + "`")
            .note("it continues `" + before + "`, the norm of the sum `" + normed.get(before) + "`")
            .help("name the value yourself with --at value:<name>:add")
            .exception();
      }
    }
  }

  /**
   * Sums of what the chain led to mean that it was cut. Sums inside a branch are the branch's own
   * matter, and so are those of anything else, such as an attention mask.
   */
  private void refuseLeftovers(Flow flow, List<Sum> all) {
    Set<Step> known = new HashSet<>();
    sums.forEach(sum -> known.add(sum.root()));
    sums.forEach(sum -> sum.branches().forEach(b -> known.addAll(b.region().steps())));
    for (Sum sum : all) {
      if (!known.contains(sum.root()) && !Region.between(flow, base, sum.before(flow)).isEmpty()) {
        throw broken(
            "the residual stream is interrupted",
            sum.root().node(),
            "it continues `" + sum.before(flow) + "`, which is not the stream's last value");
      }
    }
  }

  /** A branch that spans a later value of the stream was computed from that, not from its skip. */
  private void refuseShortcuts() {
    Set<Step> roots = new HashSet<>();
    sums.forEach(sum -> roots.add(sum.root()));
    for (Sum sum : sums) {
      for (Sum.Branch branch : sum.branches()) {
        if (branch.region().steps().stream().anyMatch(roots::contains)) {
          throw broken(
              "a sum takes an older value of the stream than its branch reads",
              sum.root().node(),
              "`" + sum.skip().value() + "` is not what the branch was computed from");
        }
      }
    }
  }

  /** Steering what no output depends on would do nothing; a decoder's output is of tokens. */
  private void refuseUnread(Flow flow) {
    Sum last = sums.get(sums.size() - 1);
    List<String> outputs =
        flow.graph().outputs().stream()
            .map(Value::name)
            .filter(output -> isBehind(flow, last.value(), output))
            .toList();
    if (outputs.isEmpty()) {
      throw broken(
          "no output depends on the last residual addition",
          last.root().node(),
          "`" + last.value() + "` leads to none of the graph's outputs");
    }
    if (outputs.stream().noneMatch(output -> isOfTokens(flow.shape(output)))) {
      throw Problem.of(Code.NO_HEAD, "no output is of single tokens: a classifier or an encoder")
          .at("graph `" + flow.graph().name() + "`")
          .note("the stream ends in " + String.join(", ", outputs))
          .help("name the value yourself with --at value:<name>:add")
          .exception();
    }
  }

  private static boolean isBehind(Flow flow, String value, String output) {
    return flow.forms(value).contains(output) || !Region.between(flow, value, output).isEmpty();
  }

  /** Scores for each token of the vocabulary, or what there is for each position. */
  private boolean isOfTokens(Shapes.Shape shape) {
    boolean isEach = shape.rank() < 0 || shape.rank() >= 3;
    return isEach || shape.width() < 0 || shape.width() == embedding.rows();
  }

  /** Attention between the last sum and the outputs belongs to a block that was not understood. */
  private void refuseAttentionBehind(Flow flow) {
    String last = sums.get(sums.size() - 1).value();
    for (Value output : flow.graph().outputs()) {
      if (Region.between(flow, last, output.name()).attends(flow)) {
        throw broken(
            "there is attention behind the last residual addition",
            sums.get(sums.size() - 1).root().node(),
            "`" + output.name() + "` is computed by it, and no sum adds it to the stream");
      }
    }
  }

  static RuntimeException broken(String what, Node where, String note) {
    return Problem.of(Code.NOT_RESIDUAL, what)
        .at("node `" + where.label() + "`")
        .note(note)
        .help("name the value yourself with --at value:<name>:add")
        .exception();
  }
}
