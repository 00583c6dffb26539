package dev.steerc.residual;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.Place.FusedNorm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Groups the sums of a {@link Chain} into blocks, and proves that each is one. */
final class Blocks {
  /** Far above any model. */
  private static final long MAX_WIDTH = 1 << 20;

  private final Flow flow;
  private final Chain chain;
  private final Shapes shapes;
  private final List<Block> list = new ArrayList<>();
  private final long width;
  private final ElementType type;

  private Blocks(Flow flow, Chain chain) {
    this.flow = flow;
    this.chain = chain;
    this.shapes = Shapes.of(flow);
    this.width = provenWidth();
    this.type = provenType();
  }

  static Blocks of(Flow flow, Chain chain) {
    Blocks blocks = new Blocks(flow, chain);
    blocks.group();
    return blocks;
  }

  List<Block> list() {
    return list;
  }

  long width() {
    return width;
  }

  ElementType type() {
    return type;
  }

  /** Attention then MLP, or both at once: anything else is no block. */
  private void group() {
    List<Sum> sums = chain.sums();
    Optional<Place> before = base();
    for (int at = 0; at < sums.size(); at++) {
      Sum sum = sums.get(at);
      if (isParallel(sum)) {
        before = add(before, sum, sum);
      } else if (isAttention(sum) && at + 1 < sums.size() && isMlp(sums.get(at + 1))) {
        before = add(before, sum, sums.get(++at));
      } else {
        String kind = isAttention(sum) ? "attention" : "an MLP";
        throw Chain.broken(
            "block " + list.size() + " is not attention followed by an MLP",
            sum.root().node(),
            "this sum adds " + kind + " where the other half of a block is missing");
      }
    }
  }

  private Optional<Place> add(Optional<Place> before, Sum attention, Sum mlp) {
    Optional<Place> middle = attention == mlp ? Optional.empty() : stream(attention);
    Optional<Place> after = stream(mlp);
    list.add(
        new Block(list.size(), before, branch(attention, true), middle, branch(mlp, false), after));
    return after;
  }

  private static boolean isAttention(Sum sum) {
    return sum.branches().stream().allMatch(Sum.Branch::attends);
  }

  private static boolean isMlp(Sum sum) {
    return sum.branches().stream().noneMatch(Sum.Branch::attends);
  }

  private static boolean isParallel(Sum sum) {
    return !isAttention(sum) && !isMlp(sum);
  }

  /** The stream's first value. An input of the graph cannot be renamed, so it is no site. */
  private Optional<Place> base() {
    return flow.producer(chain.base()).map(step -> output(step, chain.base(), Optional.empty()));
  }

  private Optional<Place> stream(Sum sum) {
    if (isFlat(sum.value())) {
      return unflattened(sum.value());
    }
    Optional<Place.Branch> edge = Optional.of(branch(sum.branchEdge()));
    return Optional.of(output(sum.root(), sum.value(), edge));
  }

  /** Where a stream of [batch·seq, hidden] is given its three dimensions back. */
  private Optional<Place> unflattened(String value) {
    List<Step> forms =
        flow.consumers(value).stream()
            .filter(step -> step.is(Step.Kind.PASS))
            .filter(step -> shapes.of(step.output()).rank() == 3)
            .toList();
    return forms.size() == 1 && flow.consumers(value).stream().noneMatch(s -> isReader(s, forms))
        ? Optional.of(output(forms.get(0), forms.get(0).output(), Optional.empty()))
        : Optional.empty();
  }

  private static boolean isReader(Step step, List<Step> forms) {
    return !step.is(Step.Kind.SHAPE) && !forms.contains(step);
  }

  private boolean isFlat(String value) {
    return shapes.of(value).rank() == 2;
  }

  private Place output(Step step, String value, Optional<Place.Branch> edge) {
    Node node = step.node();
    Fused fused = Fused.of(node);
    int output = fused == null ? node.outputs().indexOf(value) : fused.sumOutput();
    Optional<FusedNorm> norm = fused == null ? Optional.empty() : Optional.of(fused.norm(node));
    return new Place.Output(flow.graph(), value, type, node, output, edge, norm);
  }

  /** What attention, or the MLP, adds; nothing when it is more than one tensor, or a flat one. */
  private Optional<Place> branch(Sum sum, boolean attends) {
    List<Sum.Branch> branches =
        sum.branches().stream().filter(b -> b.attends() == attends).toList();
    return branches.size() == 1 && !isFlat(sum.value())
        ? Optional.of(branch(branches.get(0).operand()))
        : Optional.empty();
  }

  private Place.Branch branch(Sum.Operand operand) {
    Node node = operand.step().node();
    int input = operand.index();
    Fused fused = Fused.of(node);
    if (fused == null) {
      return new Place.Branch(flow.graph(), operand.value(), type, node, input, input, -1);
    }
    boolean biased = fused.bias() >= 0 && !node.input(fused.bias()).isEmpty();
    String value = operand.value() + (biased ? "#biased" : "");
    int bias = biased ? fused.bias() : -1;
    // ONNX Runtime moves a branch's own bias into the operator, if nothing stands in between
    return new Place.Branch(flow.graph(), value, type, node, input, 1 - input, bias);
  }

  /** The width that all norms of the stream agree on; who reads the stream otherwise is refused. */
  private long provenWidth() {
    Set<Long> widths = new TreeSet<>();
    List<String> values = chain.values();
    for (int at = 0; at < values.size(); at++) {
      Norms norms = Norms.of(flow, values.get(at));
      widths.addAll(norms.widths());
      if (at + 1 < values.size()) {
        refuseRawReaders(values.get(at), norms);
      }
    }
    if (widths.isEmpty()) {
      chain.values().stream()
          .map(v -> shapes.of(v).width())
          .filter(w -> w > 1)
          .forEach(widths::add);
    }
    if (widths.size() != 1 || widths.iterator().next() > MAX_WIDTH) {
      throw Problem.of(Code.NOT_RESIDUAL, "the width of the residual stream cannot be told")
          .at("graph `" + flow.graph().name() + "`")
          .note(
              widths.isEmpty()
                  ? "no norm of it has a scale"
                  : "its norms have " + widths + " channels")
          .help("name the value yourself with --at value:<name>:add")
          .exception();
    }
    return widths.iterator().next();
  }

  private void refuseRawReaders(String value, Norms norms) {
    Set<Step> sums = new HashSet<>();
    chain.sums().forEach(sum -> sums.addAll(sum.steps()));
    for (Step reader : flow.readers(value)) {
      if (!norms.contains(reader) && !sums.contains(reader)) {
        throw Chain.broken(
            "the stream is read by something that is neither a norm nor a residual addition",
            reader.node(),
            "it reads `" + value + "`");
      }
    }
  }

  private ElementType provenType() {
    for (String value : chain.values()) {
      ElementType known = shapes.of(value).type();
      if (known != null && known.isFloat()) {
        return known;
      }
    }
    throw Problem.of(Code.NOT_RESIDUAL, "the precision of the residual stream cannot be told")
        .at("graph `" + flow.graph().name() + "`")
        .help("name the value yourself with --at value:<name>:add")
        .exception();
  }
}
