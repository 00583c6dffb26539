package dev.steerc.residual;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.Place.Flat;
import dev.steerc.residual.Place.FusedNorm;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the values of a stream can be edited.
 *
 * @param width the number of channels
 * @param type the precision
 * @param known the dimensions that ONNX Runtime knows
 */
record Places(Flow flow, Chain chain, long width, ElementType type, KnownDims known) {
  /** Far above any model. */
  private static final long MAX_WIDTH = 1 << 20;

  static Places of(Flow flow, Chain chain) {
    long width = provenWidth(flow, chain);
    return new Places(
        flow, chain, width, provenType(flow, chain), KnownDims.of(flow, chain, width));
  }

  /** The stream's first value. An input of the graph cannot be renamed, so it is no site. */
  Optional<Place> base() {
    return flow.producer(chain.base()).flatMap(step -> output(chain.base(), Optional.empty()));
  }

  /** What a sum yields. */
  Optional<Place> stream(Sum sum) {
    return output(sum.value(), Optional.of(sum.edge()));
  }

  /**
   * A value of the stream, in the form in which it is read.
   *
   * @param edge the operand of its sum that adding to the value may go to
   */
  private Optional<Place> output(String value, Optional<Sum.Operand> edge) {
    String read = read(value);
    Optional<Flat> flat = flat(read);
    Step step = flow.producer(read).orElseThrow();
    Node node = step.node();
    Fused fused = step.is(Step.Kind.PASS) ? null : Fused.of(node);
    if (!isShaped(read) && (flat.isEmpty() || fused != null)) {
      return Optional.empty();
    }
    int output = fused == null ? node.outputs().indexOf(read) : fused.sumOutput();
    Optional<FusedNorm> norm = fused == null ? Optional.empty() : Optional.of(fused.norm(node));
    boolean same = isSame(value, read) && isShaped(value) == isShaped(read);
    Optional<Place.Branch> branch = edge.filter(e -> same).flatMap(this::branch);
    return Optional.of(
        new Place.Output(
            flow.graph(), read, type(read), flat, node, output, known.of(read), branch, norm));
  }

  /**
   * The form in which a value is read: behind what quantises it, converts it or gives it a batch.
   */
  private String read(String value) {
    String last = value;
    boolean rounded = false;
    Optional<Step> reader = flow.onlyReader(value);
    while (reader.isPresent() && reader.get().is(Step.Kind.PASS)) {
      String form = reader.get().output();
      rounded |= !type(form).isFloat();
      boolean gainsBatch = !isShaped(last) && isShaped(form);
      boolean losesBatch = isShaped(last) && !isShaped(form);
      if (type(form).isFloat()
          && !losesBatch
          && (gainsBatch || rounded || isConverted(last, form))) {
        last = form;
        rounded = false;
      }
      reader = flow.onlyReader(form);
    }
    return last;
  }

  private boolean isConverted(String from, String to) {
    return type(from) != type && type(to) == type;
  }

  /** Whether nothing between two forms of a value rounds it. */
  private boolean isSame(String value, String form) {
    String at = form;
    boolean same = true;
    while (!at.equals(value)) {
      Step pass = flow.producer(at).orElseThrow();
      at = pass.inputs().get(0);
      same &= type(at) == type(form);
    }
    return same;
  }

  /** What attention, or the MLP, adds; nothing when it is more than one tensor. */
  Optional<Place> branch(Sum sum, boolean attends) {
    List<Sum.Branch> branches =
        sum.branches().stream().filter(b -> b.attends() == attends).toList();
    return branches.size() == 1
        ? branch(branches.get(0).operand()).map(place -> place)
        : Optional.empty();
  }

  private Optional<Place.Branch> branch(Sum.Operand operand) {
    Node node = operand.step().node();
    int input = operand.index();
    Fused fused = Fused.of(node);
    String value = operand.value();
    Optional<Flat> flat = flat(value);
    if (!isShaped(value) && flat.isEmpty()) {
      return Optional.empty();
    }
    long channels = flow.shape(value).width();
    if (channels > 0 && channels != width) {
      throw Chain.broken(
          "a branch is not as wide as the stream",
          node,
          "`%s` has %d channels, and the stream %d".formatted(value, channels, width));
    }
    ElementType type = type(value);
    if (fused == null) {
      List<Dim> dims = known.of(value);
      boolean fuses = !dims.isEmpty() && isFusedWithNorm(operand);
      BranchBias own = fuses ? fused(node) : BranchBias.of(flow, value, width);
      int addAt = fuses ? chain.last().skip().index() : input;
      return Optional.of(
          new Place.Branch(flow.graph(), value, type, flat, node, input, addAt, dims, -1, own));
    }
    boolean biased = fused.bias() >= 0 && !node.input(fused.bias()).isEmpty();
    int bias = biased ? fused.bias() : -1;
    String whole = value + (biased ? "#biased" : "");
    BranchBias own =
        biased ? BranchBias.at(flow, node, bias, width) : unmoved(flow.producer(value), value);
    // ONNX Runtime moves a branch's own bias into the operator, if nothing stands in between
    return Optional.of(
        new Place.Branch(
            flow.graph(), whole, type, flat, node, input, 1 - input, List.of(), bias, own));
  }

  private BranchBias unmoved(Optional<Step> last, String value) {
    boolean moves = last.filter(step -> step.node().op().equals("Add")).isPresent();
    return moves ? fused(last.get().node()) : BranchBias.of(flow, value, width);
  }

  private static BranchBias fused(Node sum) {
    String why = "ONNX Runtime fuses it with the norm behind, and would round otherwise";
    return new BranchBias(sum, -1, Optional.empty(), why);
  }

  /**
   * Whether ONNX Runtime may fuse the sum with the norm behind it and the branch's bias: only the
   * last one, since nothing else reads it. What is added to the branch would part the three.
   */
  private boolean isFusedWithNorm(Sum.Operand operand) {
    Sum last = chain.last();
    return operand.step() == last.root()
        && last.skip().step() == last.root()
        && flow.onlyReader(last.value()).filter(step -> step.is(Step.Kind.NORM)).isPresent();
  }

  /** Whether a vector for each row fits it: [batch, seq, hidden], unless its rank is known. */
  private boolean isShaped(String value) {
    int rank = flow.shape(value).rank();
    return rank < 0 || rank == 3 && !(isOfRows() && isRaised(value));
  }

  /** A third dimension alone does not take rows and tokens apart again. */
  private boolean isRaised(String value) {
    return flow.producer(value)
        .filter(step -> step.node().op().equals("Unsqueeze") && isFlat(step.inputs().get(0)))
        .isPresent();
  }

  private boolean isOfRows() {
    String ids = chain.embedding().ids();
    return !ids.isEmpty() && flow.shape(ids).rank() == 2;
  }

  private boolean isFlat(String value) {
    return flow.shape(value).rank() == 2;
  }

  /** What tells the batch of a flat value: a form of the stream before it, or the token ids. */
  private Optional<Flat> flat(String value) {
    if (!isFlat(value)) {
      return Optional.empty();
    }
    int before = age(value);
    Optional<Flat> like =
        chain.values().stream()
            .flatMap(point -> flow.forms(point).stream())
            .filter(form -> flow.shape(form).rank() == 3)
            .filter(form -> age(form) < before)
            .max(Comparator.comparing(this::age).thenComparing(Comparator.reverseOrder()))
            .map(form -> new Flat(form, true, width));
    String ids = chain.embedding().ids();
    return like.or(() -> isOfRows() ? Optional.of(new Flat(ids, false, width)) : Optional.empty());
  }

  private int age(String value) {
    return flow.producer(value).map(Step::index).orElse(-1);
  }

  private ElementType type(String value) {
    ElementType known = flow.shape(value).type();
    return known == null ? type : known;
  }

  /** The width that all norms of the stream agree on; without one, what its values have. */
  private static long provenWidth(Flow flow, Chain chain) {
    Set<Long> widths = new TreeSet<>();
    chain.values().forEach(value -> widths.addAll(Norms.of(flow, value).widths()));
    if (widths.isEmpty()) {
      chain.values().stream()
          .map(value -> flow.shape(value).width())
          .filter(width -> width > 1)
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

  private static ElementType provenType(Flow flow, Chain chain) {
    List<String> values = chain.values();
    for (int at = values.size() - 1; at >= 0; at--) {
      ElementType known = flow.shape(values.get(at)).type();
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
