package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import java.util.BitSet;
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
    int last = flow.producer(to).map(Step::index).orElse(-1);
    BitSet behind = new BitSet(last + 1);
    for (int at = last; at > first; at = behind.previousSetBit(at - 1)) {
      behind.set(at);
      for (int source : flow.sources(at)) {
        behind.set(source);
      }
    }
    return dependents(flow, behind, from, last);
  }

  /** Those of the steps behind the last one that depend on a value. */
  private static Region dependents(Flow flow, BitSet behind, String from, int last) {
    BitSet inside = new BitSet(last + 1);
    flow.consumers(from).forEach(step -> inside.set(step.index()));
    inside.and(behind);
    int next = inside.nextSetBit(0);
    for (int at = next; at >= 0; at = behind.nextSetBit(at + 1)) {
      for (int source : flow.sources(at)) {
        if (inside.get(source)) {
          inside.set(at);
        }
      }
    }
    return last >= 0 && inside.get(last) ? of(flow, inside) : new Region(Set.of());
  }

  private static Region of(Flow flow, BitSet inside) {
    Set<Step> steps = new LinkedHashSet<>();
    for (int at = inside.nextSetBit(0); at >= 0; at = inside.nextSetBit(at + 1)) {
      steps.add(flow.steps().get(at));
    }
    return new Region(steps);
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
