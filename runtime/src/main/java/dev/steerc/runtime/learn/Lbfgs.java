package dev.steerc.runtime.learn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * The minimum of a smooth convex function, found by its gradients. Source: Nocedal and Wright,
 * Numerical Optimization, algorithm 7.5 (L-BFGS).
 */
final class Lbfgs {
  private static final int REMEMBERED = 20;

  /** How much flatter than where a step began it has to end. */
  private static final double FLATTER = 0.9;

  /** By what part of itself a value may grow because of rounding. */
  private static final double ROUNDING = 1e-12;

  /** A function of a vector. */
  interface Function {
    /** The value at a point, whose gradient it writes. */
    double at(double[] point, double[] gradient);
  }

  /** A step that was made, and by how much the gradient turned on it. */
  private record Step(double[] moved, double[] turned) {
    double product() {
      return Doubles.dot(moved, turned);
    }
  }

  private final Function function;
  private final Deque<Step> steps = new ArrayDeque<>(); // the last one first
  private int evaluations;
  private double[] point;
  private double[] gradient;
  private double value;

  private Lbfgs(Function function, int width, int evaluations) {
    this.function = function;
    this.evaluations = evaluations;
    this.point = new double[width];
    this.gradient = new double[width];
  }

  /**
   * Goes down from the origin.
   *
   * @param enough tells by a point and its gradient whether it is the minimum
   * @param evaluations how often the function is asked at the most
   * @return empty when that was not enough
   */
  static Optional<double[]> minimum(
      Function function, int width, BiPredicate<double[], double[]> enough, int evaluations) {
    return new Lbfgs(function, width, evaluations).minimum(enough);
  }

  private Optional<double[]> minimum(BiPredicate<double[], double[]> enough) {
    value = function.at(point, gradient);
    while (!enough.test(point, gradient)) {
      if (!advance(direction())) {
        return Optional.empty();
      }
    }
    return Optional.of(point);
  }

  /** Where the curvature that the last steps met says that the minimum is. */
  private double[] direction() {
    double[] direction = Doubles.times(-1, gradient);
    Deque<Double> shares = new ArrayDeque<>();
    for (Step step : steps) {
      double share = Doubles.dot(step.moved, direction) / step.product();
      direction = Doubles.plus(direction, -share, step.turned);
      shares.push(share);
    }
    if (!steps.isEmpty()) {
      Step last = steps.getFirst();
      double scale = last.product() / Doubles.dot(last.turned, last.turned);
      direction = Doubles.times(scale, direction);
    }
    for (Iterator<Step> oldest = steps.descendingIterator(); oldest.hasNext(); ) {
      Step step = oldest.next();
      double back = Doubles.dot(step.turned, direction) / step.product();
      direction = Doubles.plus(direction, shares.pop() - back, step.moved);
    }
    return direction;
  }

  /** Goes as far in a direction as pays; false when the evaluations are used up before. */
  private boolean advance(double[] direction) {
    double slope = Doubles.dot(gradient, direction);
    double near = 0;
    double far = Double.POSITIVE_INFINITY;
    double length = 1;
    while (evaluations-- > 0) {
      double[] next = Doubles.plus(point, length, direction);
      double[] turned = new double[next.length];
      double reached = function.at(next, turned);
      double ending = Doubles.dot(turned, direction);
      boolean isTooFar = reached > value + ROUNDING * Math.abs(value) || ending > -FLATTER * slope;
      if (!isTooFar && ending >= FLATTER * slope) {
        remember(new Step(Doubles.minus(next, point), Doubles.minus(turned, gradient)));
        point = next;
        gradient = turned;
        value = reached;
        return true;
      }
      near = isTooFar ? near : length;
      far = isTooFar ? length : far;
      length = between(near, far, length * slope / (slope - ending));
    }
    return false;
  }

  /** Where a line through both slopes is level, or what is nearest to it and safe. */
  private static double between(double near, double far, double level) {
    if (far == Double.POSITIVE_INFINITY) {
      return level > 2 * near && level < 10 * near ? level : 4 * near;
    }
    double margin = (far - near) / 10;
    return Math.max(near + margin, Math.min(far - margin, level));
  }

  private void remember(Step step) {
    if (step.product() > 0) {
      steps.push(step);
    }
    if (steps.size() > REMEMBERED) {
      steps.removeLast();
    }
  }
}
