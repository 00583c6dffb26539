package dev.steerc.runtime;

import java.util.Arrays;

/**
 * The likely tokens of a whole vocabulary, without putting all of it in order: the weights are
 * added up by how far below the best a token is, which tells how far down to look.
 */
final class Nucleus {
  /**
   * How far a sum in another order may be off, generously; closer calls than that are left open.
   */
  static final double DOUBT = 1e-9;

  private static final int STEPS = 16;

  /** Below e^-48 of the best, no number of tokens makes a difference. */
  private static final int BUCKETS = 48 * STEPS;

  private final double[] weights = new double[BUCKETS];
  private final float[] lowest = new float[BUCKETS];
  private double total;

  /** What all tokens weigh, the best one 1, in no order. */
  double total() {
    return total;
  }

  /** Takes the scores of all tokens, of which the best one is given. */
  void weigh(float[] scores, float best, double temperature) {
    Arrays.fill(weights, 0);
    total = 0;
    for (float score : scores) {
      double below = below(score, best, temperature);
      int bucket = (int) (below * -STEPS);
      if (bucket < BUCKETS) {
        double weight = Math.exp(below);
        lowest[bucket] = weights[bucket] == 0 ? score : Math.min(score, lowest[bucket]);
        weights[bucket] += weight;
        total += weight;
      }
    }
  }

  /** The logarithm of a token's weight. */
  static double below(float score, float best, double temperature) {
    return ((double) score - best) / temperature;
  }

  /**
   * The score down to which the tokens weigh as much as asked for, or all those that weigh as much
   * as the last one asked for; no number when that is nearly all of them.
   *
   * @param share of the weight of all
   * @param last the least weight of a token that counts
   */
  float reaching(double share, double last) {
    double enough = share * total * (1 + 2 * DOUBT);
    double end = -Math.log(last) * STEPS + 1;
    double sum = 0;
    float reached = Float.NaN;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      if (weights[bucket] > 0) {
        reached = lowest[bucket];
        sum += weights[bucket];
      }
      if (sum > enough || bucket >= end) {
        return reached;
      }
    }
    return Float.NaN;
  }
}
