package dev.steerc.residual;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

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
    walk(flow, from, isEnd, (value, step) -> values.add(value));
    return values;
  }

  /** The steps that yield those values, one for each. */
  static List<Step> steps(Flow flow, Collection<String> from, Predicate<Step> isEnd) {
    List<Step> steps = new ArrayList<>();
    walk(flow, from, isEnd, (value, step) -> steps.add(step));
    return steps;
  }

  /** Whether one of those steps is such a one; it goes no further back than to the first. */
  static boolean anyMatch(
      Flow flow, Collection<String> from, Predicate<Step> isEnd, Predicate<Step> wanted) {
    return !walk(flow, from, isEnd, (value, step) -> !wanted.test(step));
  }

  private interface Visit {
    /** False to go no further. */
    boolean goesOn(String value, Step step);
  }

  private static boolean walk(
      Flow flow, Collection<String> from, Predicate<Step> isEnd, Visit visit) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      String value = open.pop();
      Step step = flow.producer(value).orElse(null);
      if (step != null && !flow.isConstant(value) && seen.add(value)) {
        if (!visit.goesOn(value, step)) {
          return false;
        }
        open.addAll(isEnd.test(step) ? List.of() : step.inputs());
      }
    }
    return true;
  }
}
