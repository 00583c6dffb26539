package dev.steerc.runtime.learn;

import java.util.Arrays;

/** How well a number tells two kinds of things apart. */
final class Separation {
  private Separation() {}

  /**
   * Of all comparisons of a positive with a negative, those that the positive wins; a draw is half
   * of one. Divided by their number, it is the area under the ROC curve.
   */
  static double wins(double[] positives, double[] negatives) {
    double[] sorted = negatives.clone();
    Arrays.sort(sorted);
    double wins = 0;
    for (double positive : positives) {
      int below = below(sorted, positive, false);
      int notAbove = below(sorted, positive, true);
      wins += (below + notAbove) / 2.0;
    }
    return wins;
  }

  /** How many are below a limit, or at it. */
  private static int below(double[] sorted, double limit, boolean orEqual) {
    int from = 0;
    int end = sorted.length;
    while (from < end) {
      int middle = (from + end) >>> 1;
      if (sorted[middle] < limit || orEqual && sorted[middle] == limit) {
        from = middle + 1;
      } else {
        end = middle;
      }
    }
    return from;
  }
}
