package dev.steerc.residual;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The way back from values to what they are computed from. */
final class Upstream {
  private Upstream() {}

  /**
   * The computed values on the way back, nearest first: those given are among them, constants and
   * inputs are not.
   *
   * @param isEnd the steps whose inputs are not looked at
   */
  static List<String> values(Flow flow, Collection<String> from, Predicate<Step> isEnd) {
    List<String> values = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      String value = open.pop();
      Step step = flow.producer(value).orElse(null);
      if (step != null && !flow.isConstant(value) && seen.add(value)) {
        values.add(value);
        open.addAll(isEnd.test(step) ? List.of() : step.inputs());
      }
    }
    return values;
  }

  /** The steps that yield those values. */
  static Stream<Step> steps(Flow flow, Collection<String> from, Predicate<Step> isEnd) {
    return values(flow, from, isEnd).stream().flatMap(value -> flow.producer(value).stream());
  }
}
