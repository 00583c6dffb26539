package dev.steerc.residual;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What lies between two values: the steps that depend on the first and that the second depends on.
 *
 * @param steps those steps in topological order; none when the second does not depend on the first
 */
record Region(Set<Step> steps) {
  private static final Set<String> PROJECTIONS =
      Set.of(
          "MatMul",
          "Gemm",
          "MatMulInteger",
          "MatMulNBits",
          "MatMulIntegerToFloat",
          "QLinearMatMul",
          "DynamicQuantizeMatMul",
          "QGemm",
          "FusedMatMul",
          "FusedGemm",
          "Einsum",
          "Conv",
          "MoE",
          "QMoE");
  private static final Set<String> ATTENTIONS =
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

  /** What the weights of an attention pass through before they meet the values. */
  private static final Set<String> WEIGHT_KEEPING =
      Set.of("Cast", "Dropout", "Identity", "Where", "Reshape", "Transpose", "Mul", "Slice");

  /** The region from a value to another. */
  static Region between(Flow flow, String from, String to) {
    int first = flow.producer(from).map(Step::index).orElse(-1);
    Set<Step> behind = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(Set.of(to));
    while (!open.isEmpty()) {
      Step step = flow.producer(open.pop()).orElse(null);
      if (step != null && step.index() > first && behind.add(step)) {
        open.addAll(step.inputs());
      }
    }
    return dependents(behind, from, to);
  }

  private static Region dependents(Set<Step> behind, String from, String to) {
    Set<Step> region = new LinkedHashSet<>();
    Set<String> values = new HashSet<>(Set.of(from));
    behind.stream()
        .sorted(Comparator.comparingInt(Step::index))
        .filter(step -> step.inputs().stream().anyMatch(values::contains))
        .forEach(
            step -> {
              region.add(step);
              values.addAll(step.outputs());
            });
    return values.contains(to) ? new Region(region) : new Region(Set.of());
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  /** Whether it multiplies by something learned, as every branch of a block does. */
  boolean projects(Flow flow) {
    return steps.stream()
        .anyMatch(
            step ->
                isAttention(step)
                    || PROJECTIONS.contains(step.node().op())
                        && step.inputs().stream().anyMatch(flow::isConstant));
  }

  /** Whether it mixes positions: a fused attention, or a softmax whose result weighs values. */
  boolean attends(Flow flow) {
    return steps.stream().anyMatch(step -> isAttention(step) || isWeighing(flow, step));
  }

  private static boolean isAttention(Step step) {
    return ATTENTIONS.contains(step.node().op());
  }

  private boolean isWeighing(Flow flow, Step step) {
    return step.node().op().equals("MatMul")
        && step.inputs().stream().allMatch(input -> flow.producer(input).isPresent())
        && step.inputs().stream().noneMatch(flow::isConstant)
        && isSoftmax(flow, step.inputs().get(0));
  }

  private static boolean isSoftmax(Flow flow, String value) {
    Deque<String> open = new ArrayDeque<>(List.of(value));
    for (int hops = 0; hops < 16 && !open.isEmpty(); hops++) {
      Step step = flow.producer(open.pop()).orElse(null);
      if (step == null) {
        continue;
      }
      if (step.node().op().equals("Softmax")) {
        return true;
      }
      if (WEIGHT_KEEPING.contains(step.node().op())) {
        open.addAll(step.inputs());
      }
    }
    return false;
  }
}
