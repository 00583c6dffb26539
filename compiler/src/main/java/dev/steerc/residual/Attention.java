package dev.steerc.residual;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What mixes positions in a branch.
 *
 * @param step one operator that does all of it, or the product that weighs the values
 * @param isFused which of the two
 */
record Attention(Step step, boolean isFused) {
  private static final Set<String> OPERATORS =
      Set.of(
          "Attention",
          "MultiHeadAttention",
          "GroupQueryAttention",
          "QAttention",
          "PackedAttention",
          "PackedMultiHeadAttention",
          "DecoderMaskedMultiHeadAttention",
          "DecoderMaskedSelfAttention",
          "SparseAttention",
          "PagedAttention");
  private static final Set<String> ALWAYS_CAUSAL =
      Set.of(
          "GroupQueryAttention",
          "DecoderMaskedMultiHeadAttention",
          "DecoderMaskedSelfAttention",
          "SparseAttention",
          "PagedAttention");
  private static final Set<String> SOFTMAXES = Set.of("Softmax", "BiasSoftmax", "QuickSoftmax");
  private static final Set<String> COMPARISONS =
      Set.of("Trilu", "Less", "LessOrEqual", "Greater", "GreaterOrEqual");

  /** The attention in a region: none in an MLP, nor in experts that a router weighs. */
  static Optional<Attention> in(Flow flow, Region region) {
    for (Step step : region.steps()) {
      if (OPERATORS.contains(step.node().op())) {
        return Optional.of(new Attention(step, true));
      }
      if (isWeighing(flow, step)) {
        return Optional.of(new Attention(step, false));
      }
    }
    return Optional.empty();
  }

  static boolean isOperator(Step step) {
    return OPERATORS.contains(step.node().op());
  }

  /** The operator, or {@code spelled out}. */
  String kind() {
    return isFused ? step.node().op() : "spelled out";
  }

  /**
   * Whether it can be seen that no position looks at later ones: by what the operator is told, or
   * by a mask that depends on two positions.
   */
  boolean isCausal(Flow flow) {
    if (!isFused) {
      List<Step> scores =
          softmaxes(flow, step).stream().flatMap(s -> behind(flow, s.inputs()).stream()).toList();
      return isMasked(flow, scores);
    }
    boolean told =
        Stream.of("unidirectional", "is_causal")
            .flatMap(name -> step.node().attribute(name).stream())
            .anyMatch(attribute -> attribute.i() == 1);
    List<String> inputs = step.node().inputs();
    List<String> masks = inputs.subList(Math.min(3, inputs.size()), inputs.size());
    return told
        || ALWAYS_CAUSAL.contains(step.node().op())
        || masks.stream().anyMatch(mask -> isTable(flow, mask))
        || isMasked(flow, behind(flow, masks));
  }

  private static boolean isMasked(Flow flow, List<Step> steps) {
    return steps.stream()
        .filter(step -> !isEnd(flow, step))
        .anyMatch(
            step ->
                COMPARISONS.contains(step.node().op())
                    || step.inputs().stream().anyMatch(input -> isTable(flow, input)));
  }

  /** Whether a value is a mask of two positions: a constant, or what the host feeds. */
  private static boolean isTable(Flow flow, String value) {
    int rank = flow.shape(value).rank();
    boolean isScalar = flow.shape(value).width() == 1;
    return flow.isConstant(value)
        ? rank >= 2 && !isScalar
        : rank >= 3 && !value.isEmpty() && flow.producer(value).isEmpty();
  }

  /** A router's softmax is of a projection; attention's is of a product of two activations. */
  private static boolean isWeighing(Flow flow, Step step) {
    return isProductOfTwo(flow, step)
        && isBehind(
            flow,
            step,
            softmax ->
                SOFTMAXES.contains(softmax.node().op())
                    && isBehind(flow, softmax, scores -> isProductOfTwo(flow, scores)));
  }

  private static boolean isBehind(Flow flow, Step step, Predicate<Step> wanted) {
    return Upstream.anyMatch(flow, step.inputs(), at -> isEnd(flow, at), wanted);
  }

  static boolean isProductOfTwo(Flow flow, Step step) {
    if (!Region.isProduct(step)) {
      return false;
    }
    int computed = 0;
    for (String input : step.inputs()) {
      computed += !flow.isConstant(input) && flow.producer(input).isPresent() ? 1 : 0;
    }
    return computed >= 2;
  }

  private static List<Step> softmaxes(Flow flow, Step product) {
    return behind(flow, product.inputs()).stream()
        .filter(step -> SOFTMAXES.contains(step.node().op()))
        .toList();
  }

  private static boolean isEnd(Flow flow, Step step) {
    return Region.isProduct(step) || step.is(Step.Kind.NORM) || isLookup(flow, step);
  }

  /** Biases of relative positions are looked up in a table; that is no mask. */
  private static boolean isLookup(Flow flow, Step step) {
    return step.node().op().equals("Gather")
        && flow.isConstant(step.node().input(0))
        && flow.shape(step.node().input(0)).rank() <= 2;
  }

  /** What values are computed from, back to the nearest products and norms, those included. */
  private static List<Step> behind(Flow flow, List<String> values) {
    return Upstream.steps(flow, values, step -> isEnd(flow, step));
  }
}
