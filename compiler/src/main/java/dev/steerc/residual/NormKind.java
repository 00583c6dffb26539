package dev.steerc.residual;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What kind of norm some steps are.
 *
 * @param label {@code LayerNorm} or {@code RMSNorm}
 * @param how whether one operator does it
 */
record NormKind(String label, String how, Step step) {

  /** The kind; empty when there are no steps. */
  static Optional<NormKind> of(Collection<Step> norm) {
    List<Step> steps = norm.stream().sorted(Comparator.comparingInt(Step::index)).toList();
    return steps.stream()
        .filter(step -> step.is(Step.Kind.NORM))
        .findFirst()
        .map(NormKind::operator)
        .or(() -> steps.stream().findFirst().map(first -> spelled(first, steps)));
  }

  private static NormKind operator(Step step) {
    String op = step.node().op();
    boolean centred = !op.contains("Simplified") && !op.startsWith("RMS");
    return new NormKind(label(centred), "the operator " + op, step);
  }

  private static NormKind spelled(Step first, List<Step> steps) {
    boolean centred = steps.stream().anyMatch(step -> step.node().op().equals("Sub"));
    return new NormKind(label(centred), "spelled out", first);
  }

  private static String label(boolean centred) {
    return centred ? "LayerNorm" : "RMSNorm";
  }
}
