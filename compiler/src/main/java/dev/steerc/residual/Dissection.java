package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells what the sums of one block are made of. */
final class Dissection {
  /** From the rarest to what may also be a part of another. */
  private static final Map<String, String> ACTIVATIONS = activations();

  private static final Set<String> EXPERTS = Set.of("MoE", "QMoE", "TopK");
  private static final Set<String> DIVIDERS = Set.of("Split", "Slice", "Gather");

  private final Flow flow;
  private final Sum attention;
  private final Sum mlp;
  private final List<Evidence> evidence = new ArrayList<>();
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
    return evidence;
  }

  private Anatomy dissect() {
    boolean parallel = attention == mlp;
    note(
        "stream",
        parallel
            ? "one sum continues `%s` with attention and MLP".formatted(attention.skip().value())
            : "a sum continues `%s` with attention".formatted(attention.skip().value()),
        attention.root());
    String attended = attended();
    if (!parallel) {
      note("stream", "a sum continues `%s` with the MLP".formatted(mlp.skip().value()), mlp.root());
    }
    String fed = fed();
    String norm = norm();
    return new Anatomy(norm, normed(), attended, fed, parallel, weights(), isFused());
  }

  private void note(String what, String because, Step step) {
    evidence.add(new Evidence(what, because, step.node().label()));
  }

  private Stream<Sum.Branch> branches() {
    Stream<Sum> sums = attention == mlp ? Stream.of(mlp) : Stream.of(attention, mlp);
    return sums.flatMap(sum -> sum.branches().stream());
  }

  private Stream<Step> steps() {
    return branches().flatMap(branch -> branch.region().steps().stream()).distinct();
  }

  private String attended() {
    Attention found =
        attention.branches().stream()
            .flatMap(branch -> Attention.in(flow, branch.region()).stream())
            .findFirst()
            .orElseThrow();
    note(
        "attention",
        found.isFused()
            ? "the operator " + found.kind()
            : "a product weighs values by the softmax of another product",
        found.step());
    return found.kind();
  }

  private String fed() {
    List<Step> steps =
        mlp.branches().stream()
            .filter(branch -> !branch.attends())
            .flatMap(branch -> branch.region().steps().stream())
            .toList();
    Optional<Step> router = steps.stream().filter(s -> EXPERTS.contains(s.node().op())).findFirst();
    if (router.isPresent()) {
      note("mlp", "experts are chosen by " + router.get().node().op(), router.get());
      return "experts";
    }
    Optional<Step> gate = steps.stream().filter(this::isGate).findFirst();
    String gated = gate.isPresent() ? "gated " : "";
    gate.ifPresent(step -> note("mlp", "one projection multiplies another", step));
    for (Map.Entry<String, String> activation : ACTIVATIONS.entrySet()) {
      for (Step step : steps) {
        if (step.node().op().equals(activation.getKey())) {
          note("mlp", "the activation " + step.node().op(), step);
          return gated + activation.getValue();
        }
      }
    }
    return gated + "linear";
  }

  /** A product of two different projections, or of two parts of one. */
  private boolean isGate(Step step) {
    if (!step.node().op().equals("Mul") || step.inputs().size() != 2) {
      return false;
    }
    Set<String> left = projections(step.inputs().get(0));
    Set<String> right = projections(step.inputs().get(1));
    return !left.isEmpty() && !right.isEmpty() && left.stream().noneMatch(right::contains);
  }

  private Set<String> projections(String value) {
    Set<String> found = new HashSet<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      String at = open.pop();
      Step step = flow.producer(at).orElse(null);
      if (step == null || flow.isConstant(at) || !seen.add(at)) {
        continue;
      }
      boolean isSource = Region.isProduct(step) || DIVIDERS.contains(step.node().op());
      if (isSource) {
        found.add(at);
      } else if (!step.is(Step.Kind.NORM) && !isScale(step)) {
        open.addAll(step.inputs());
      }
    }
    return found;
  }

  private static boolean isScale(Step step) {
    return step.node().op().equals("DynamicQuantizeLinear");
  }

  private String norm() {
    Stream<String> read = Stream.of(attention, mlp).map(sum -> sum.before(flow));
    List<Step> steps =
        Stream.concat(
                read.flatMap(value -> Norms.of(flow, value).steps().stream()),
                branches()
                    .filter(branch -> branch.endsInNorm(flow))
                    .map(branch -> flow.producer(flow.origin(branch.operand().value())))
                    .flatMap(Optional::stream))
            .sorted(Comparator.comparingInt(Step::index))
            .toList();
    if (steps.isEmpty()) {
      return "none";
    }
    Step first = steps.stream().filter(s -> s.is(Step.Kind.NORM)).findFirst().orElse(steps.get(0));
    boolean centred =
        first.is(Step.Kind.NORM)
            ? !first.node().op().contains("Simplified") && !first.node().op().startsWith("RMS")
            : steps.stream().anyMatch(step -> step.node().op().equals("Sub"));
    String kind = centred ? "LayerNorm" : "RMSNorm";
    String how = first.is(Step.Kind.NORM) ? "the operator " + first.node().op() : "spelled out";
    note("norm", kind + ", " + how, first);
    return kind;
  }

  private String normed() {
    boolean before =
        Stream.of(attention, mlp)
            .anyMatch(sum -> !Norms.of(flow, sum.before(flow)).steps().isEmpty());
    boolean behind = branches().anyMatch(branch -> branch.endsInNorm(flow));
    return before && behind ? "around" : behind ? "behind" : "before";
  }

  private String weights() {
    Set<String> kinds = new TreeSet<>();
    steps()
        .filter(step -> Region.isProjection(flow, step))
        .forEach(step -> kind(step).ifPresent(kinds::add));
    return kinds.isEmpty() ? "unknown" : kinds.stream().collect(Collectors.joining("+"));
  }

  /** What a projection's largest constant is kept in. */
  private Optional<String> kind(Step step) {
    Node node = step.node();
    Optional<Long> bits = node.attribute("bits").map(Attribute::i);
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
    return Stream.concat(steps(), Stream.of(attention.root(), mlp.root()))
        .anyMatch(step -> step.node().domain().equals("com.microsoft"));
  }

  private static Map<String, String> activations() {
    Map<String, String> names = new LinkedHashMap<>();
    for (String op : List.of("Gelu", "FastGelu", "BiasGelu", "BiasSplitGelu", "Erf", "Tanh")) {
      names.put(op, "GELU");
    }
    names.put("QuickGelu", "GELU");
    for (String op : List.of("Swish", "Silu", "HardSwish", "Sigmoid")) {
      names.put(op, "SiLU");
    }
    names.put("Mish", "Mish");
    names.put("Softplus", "softplus");
    names.put("Relu", "ReLU");
    return names;
  }
}
