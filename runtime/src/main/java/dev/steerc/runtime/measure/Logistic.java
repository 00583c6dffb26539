package dev.steerc.runtime.measure;

import java.util.List;

/**
 * A logistic regression on sets of features, each set of length 1.
 *
 * @param weights one for each feature
 */
record Logistic(double[] weights, double bias) {
  /** The weight of the weights' squares beside the mean loss, times the number of texts. */
  private static final double RIDGE = 0.1;

  private static final int ROUNDS = 500;

  /**
   * The regression that explains the labels best. It takes the gradient of all sets at once, with
   * Nesterov's momentum, and begins at 0, so that the same sets give the same weights.
   *
   * @param sets the features of each text
   * @param labels whether it has the concept
   */
  static Logistic of(List<int[]> sets, boolean[] labels, int features) {
    double ridge = RIDGE / labels.length;
    double step = 1 / (0.5 + ridge); // a set and its bias have the length √2
    double[] at = new double[features + 1];
    double[] before = new double[features + 1];
    double pace = 1;
    for (int round = 0; round < ROUNDS; round++) {
      double faster = (1 + Math.sqrt(1 + 4 * pace * pace)) / 2;
      double momentum = (pace - 1) / faster;
      double[] ahead = new double[at.length];
      for (int i = 0; i < at.length; i++) {
        ahead[i] = at[i] + momentum * (at[i] - before[i]);
      }
      double[] gradient = gradient(sets, labels, ahead, ridge);
      before = at;
      at = ahead;
      for (int i = 0; i < at.length; i++) {
        at[i] -= step * gradient[i];
      }
      pace = faster;
    }
    return new Logistic(java.util.Arrays.copyOf(at, features), at[features]);
  }

  private static double[] gradient(
      List<int[]> sets, boolean[] labels, double[] weights, double ridge) {
    int bias = weights.length - 1;
    double[] gradient = new double[weights.length];
    for (int row = 0; row < labels.length; row++) {
      int[] set = sets.get(row);
      double off = (sigmoid(sum(set, weights) + weights[bias]) - (labels[row] ? 1 : 0));
      gradient[bias] += off / labels.length;
      for (int feature : set) {
        gradient[feature] += off * share(set) / labels.length;
      }
    }
    for (int i = 0; i < bias; i++) {
      gradient[i] += ridge * weights[i];
    }
    return gradient;
  }

  private static double share(int[] set) {
    return set.length == 0 ? 0 : 1 / Math.sqrt(set.length);
  }

  private static double sum(int[] set, double[] weights) {
    double sum = 0;
    for (int feature : set) {
      sum += weights[feature];
    }
    return sum * share(set);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** The probability that a set has the concept. */
  double probability(int[] set) {
    return sigmoid(sum(set, weights) + bias);
  }
}
