package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where attention turns queries and keys by their positions. Source: RoFormer, arXiv 2104.09864.
 *
 * @param because how it shows
 */
record Rotation(Step step, String because) {
  private static final Set<String> PARTS = Set.of("Slice", "Split");
  private static final Set<String> WAVES = Set.of("Cos", "Sin");
  private static final Set<String> TURNS =
      Set.of("Mul", "Gather", "Slice", "Concat", "Expand", "Transpose", "Tile", "Where");

  static Optional<Rotation> in(Flow flow, Region region) {
    return region.steps().stream().flatMap(step -> of(flow, region, step).stream()).findFirst();
  }

  private static Optional<Rotation> of(Flow flow, Region region, Step step) {
    String op = step.node().op();
    boolean told = step.node().attribute("do_rotary").map(Attribute::i).orElse(0L) == 1;
    if (op.equals("RotaryEmbedding") || told) {
      return Optional.of(new Rotation(step, "the operator " + op + " turns queries and keys"));
    }
    if (op.equals("Concat") && isTurned(flow, step)) {
      return Optional.of(new Rotation(step, "half of each head is negated and changes places"));
    }
    boolean waved =
        op.equals("Mul") && step.inputs().stream().anyMatch(input -> isWave(flow, region, input));
    return waved
        ? Optional.of(new Rotation(step, "queries or keys are multiplied by a cosine"))
        : Optional.empty();
  }

  /** Whether parts of one value are put together anew, one of them negated. */
  private static boolean isTurned(Flow flow, Step concat) {
    Set<String> negated = new HashSet<>();
    Set<String> kept = new HashSet<>();
    for (String input : concat.inputs()) {
      Optional<Step> step = flow.producer(flow.origin(input));
      boolean isNegated = step.filter(s -> s.node().op().equals("Neg")).isPresent();
      String part = isNegated ? flow.origin(step.get().inputs().get(0)) : flow.origin(input);
      flow.producer(part)
          .filter(s -> PARTS.contains(s.node().op()))
          .map(s -> flow.origin(s.inputs().get(0)))
          .ifPresent(isNegated ? negated::add : kept::add);
    }
    return kept.stream().anyMatch(negated::contains);
  }

  /** Whether a value from outside attention is a sine or cosine. */
  private static boolean isWave(Flow flow, Region region, String value) {
    Predicate<Step> isInside = region.steps()::contains;
    return Upstream.steps(flow, List.of(value), isInside.or(step -> !isTurn(step))).stream()
        .filter(isInside.negate())
        .anyMatch(step -> WAVES.contains(step.node().op()));
  }

  private static boolean isTurn(Step step) {
    return step.is(Step.Kind.PASS) || TURNS.contains(step.node().op());
  }
}
