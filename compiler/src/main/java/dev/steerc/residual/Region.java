package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
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

  /** Products of two values, of which one may be learned. */
  private static final Set<String> PRODUCTS =
      Set.of("MatMul", "MatMulInteger", "QLinearMatMul", "FusedMatMul", "Gemm", "Einsum");

  /** The region from a value to another. */
  static Region between(Flow flow, String from, String to) {
    int first = flow.producer(from).map(Step::index).orElse(-1);
    BitSet behind = new BitSet(flow.steps().size());
    Deque<String> open = new ArrayDeque<>(Set.of(to));
    while (!open.isEmpty()) {
      Step step = flow.producer(open.pop()).orElse(null);
      if (step != null && step.index() > first && !behind.get(step.index())) {
        behind.set(step.index());
        open.addAll(step.inputs());
      }
    }
    return dependents(flow, behind, from, to);
  }

  private static Region dependents(Flow flow, BitSet behind, String from, String to) {
    Set<Step> region = new LinkedHashSet<>();
    Set<String> values = new HashSet<>(Set.of(from));
    for (int index = behind.nextSetBit(0); index >= 0; index = behind.nextSetBit(index + 1)) {
      Step step = flow.steps().get(index);
      if (!Collections.disjoint(values, step.inputs())) {
        region.add(step);
        values.addAll(step.outputs());
      }
    }
    return values.contains(to) ? new Region(region) : new Region(Set.of());
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  static boolean isProduct(Step step) {
    return PRODUCTS.contains(step.node().op()) || PROJECTIONS.contains(step.node().op());
  }

  /** Whether it multiplies by something learned, as every branch of a block does. */
  boolean projects(Flow flow) {
    return steps.stream().anyMatch(step -> Attention.isOperator(step) || isProjection(flow, step));
  }

  static boolean isProjection(Flow flow, Step step) {
    return PROJECTIONS.contains(step.node().op())
        ? step.inputs().stream().anyMatch(flow::isConstant)
        : step.node().subgraphs().stream().anyMatch(Region::projects);
  }

  /** Experts may be run by a loop or a condition. */
  private static boolean projects(Graph inner) {
    return inner.nodes().stream()
        .anyMatch(
            node ->
                PROJECTIONS.contains(node.op())
                    || node.subgraphs().stream().anyMatch(Region::projects));
  }

  /** Whether it mixes positions. */
  boolean attends(Flow flow) {
    return Attention.in(flow, this).isPresent();
  }
}
