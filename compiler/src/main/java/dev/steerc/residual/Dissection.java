package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.ElementType;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Tells what the sums of one block are made of, and by what that shows. */
final class Dissection {
  private static final String OWN_DOMAIN = "com.microsoft";

  private final Flow flow;
  private final Sum attention;
  private final Sum mlp;
  private final Notes notes = new Notes();
  private final Anatomy anatomy;

  private Dissection(Flow flow, Sum attention, Sum mlp) {
    this.flow = flow;
    this.attention = attention;
    this.mlp = mlp;
    this.anatomy = dissect();
  }

  /**
   * Takes a block apart.
   *
   * @param attention the sum that adds attention
   * @param mlp the sum that adds the MLP, the same one in a parallel block
   */
  static Dissection of(Flow flow, Sum attention, Sum mlp) {
    return new Dissection(flow, attention, mlp);
  }

  Anatomy anatomy() {
    return anatomy;
  }

  List<Evidence> evidence() {
    return notes.list();
  }

  private Anatomy dissect() {
    sums().forEach(this::noteSum);
    String norm = norm();
    String normed = normed();
    Sum.Branch branch = branches().filter(Sum.Branch::attends).findFirst().orElseThrow();
    Attention found = Attention.in(flow, branch.region()).orElseThrow();
    noteAttention(found);
    Optional<Heads> heads = Heads.of(flow, found, branch, notes);
    Optional<Rotation> rotation = Rotation.in(flow, branch.region());
    rotation.ifPresent(each -> notes.add("positions", each.because(), each.step()));
    String fed = new Mlp(flow, fed(), notes).kind();
    return new Anatomy(
        norm,
        normed,
        found.kind(),
        heads,
        rotation.isPresent(),
        fed,
        isParallel(),
        weights(),
        isFused());
  }

  private boolean isParallel() {
    return attention == mlp;
  }

  private Stream<Sum> sums() {
    return isParallel() ? Stream.of(mlp) : Stream.of(attention, mlp);
  }

  private Stream<Sum.Branch> branches() {
    return sums().flatMap(sum -> sum.branches().stream());
  }

  private Stream<Step> steps() {
    return branches().flatMap(branch -> branch.region().steps().stream()).distinct();
  }

  private List<Step> fed() {
    return mlp.branches().stream()
        .filter(branch -> !branch.attends())
        .flatMap(branch -> branch.region().steps().stream())
        .distinct()
        .toList();
  }

  /** A sum is residual because what it adds is computed from what it adds that to. */
  private void noteSum(Sum sum) {
    sum.branches().stream()
        .sorted(Comparator.comparing(branch -> !branch.attends()))
        .forEach(
            branch ->
                notes.add(
                    "sum",
                    (branch.attends() ? "attention, `" : "the MLP, `")
                        + branch.operand().value()
                        + "`, is computed from `"
                        + sum.skip().value()
                        + "` and added to it",
                    sum.root()));
    if (isParallel()) {
      notes.add("order", "one sum adds attention and the MLP", sum.root());
    }
  }

  private void noteAttention(Attention found) {
    String because =
        found.isFused()
            ? "the operator " + found.kind()
            : "a product weighs values by the softmax of another product";
    notes.add("attention", because, found.step());
    found
        .step()
        .node()
        .attribute("local_window_size")
        .map(Attribute::i)
        .filter(size -> size > 0)
        .ifPresent(size -> notes.add("window", "a position sees the last " + size, found.step()));
  }

  private String norm() {
    Set<Step> steps = new HashSet<>();
    sums().forEach(sum -> steps.addAll(Norms.of(flow, sum.before(flow)).steps()));
    behind().forEach(steps::add);
    Optional<NormKind> kind = NormKind.of(steps);
    kind.ifPresent(k -> notes.add("norm", k.label() + ", " + k.how(), k.step()));
    return kind.map(NormKind::label).orElse("none");
  }

  private String normed() {
    Optional<Step> behind = behind().findFirst();
    behind.ifPresent(step -> notes.add("norm", "a norm is the last before the sum", step));
    boolean before = sums().anyMatch(sum -> !Norms.of(flow, sum.before(flow)).steps().isEmpty());
    return behind.isEmpty() ? "before" : before ? "around" : "behind";
  }

  /** Where a norm yields what is added. */
  private Stream<Step> behind() {
    return branches()
        .filter(branch -> branch.endsInNorm(flow))
        .flatMap(branch -> flow.producer(flow.origin(branch.operand().value())).stream());
  }

  private String weights() {
    Set<String> kinds = new TreeSet<>();
    steps()
        .filter(step -> Region.isProjection(flow, step))
        .forEach(
            step ->
                kind(step)
                    .filter(kinds::add)
                    .ifPresent(kind -> notes.add("weights", "kept in " + kind, step)));
    return kinds.isEmpty() ? "unknown" : String.join("+", kinds);
  }

  /** What a projection's largest constant is kept in. */
  private Optional<String> kind(Step step) {
    Optional<Long> bits =
        Stream.of("bits", "expert_weight_bits")
            .flatMap(name -> step.node().attribute(name).stream())
            .map(Attribute::i)
            .findFirst();
    if (bits.isPresent()) {
      return bits.map(count -> count + "-bit");
    }
    return step.inputs().stream()
        .filter(flow::isConstant)
        .map(flow::origin)
        .filter(input -> flow.shape(input).rank() >= 2)
        .map(input -> flow.shape(input).type())
        .filter(type -> type != null)
        .map(ElementType::label)
        .findFirst();
  }

  private boolean isFused() {
    Optional<Step> own =
        Stream.concat(steps(), sums().map(Sum::root))
            .filter(step -> step.node().domain().equals(OWN_DOMAIN))
            .findFirst();
    own.ifPresent(
        step -> notes.add("fused", step.node().op() + " is ONNX Runtime's own operator", step));
    return own.isPresent();
  }
}
