package dev.steerc.runtime.learn;

import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What the texts had at one site so far, by halves: every other pair belongs to the second. */
final class SiteMeans {
  private final double[][] sums;
  private final List<float[]> positives = new ArrayList<>();
  private final List<float[]> negatives = new ArrayList<>();
  private double lengths;
  private long tokens;

  SiteMeans(int hidden) {
    sums = new double[2][hidden];
  }

  /**
   * Takes the activations [tokens, hidden] of a pair.
   *
   * @param fromPositive the first token of the positive text that counts
   */
  void add(Floats positive, int fromPositive, Floats negative, int fromNegative) {
    double[] more = mean(positive, fromPositive);
    double[] less = mean(negative, fromNegative);
    double[] sum = sums[positives.size() % 2];
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i] - less[i];
    }
    positives.add(floats(more, 1));
    negatives.add(floats(less, 1));
  }

  private double[] mean(Floats activations, int from) {
    int hidden = activations.width();
    double[] sum = new double[hidden];
    int end = (int) activations.dims()[0];
    for (int token = from; token < end; token++) {
      double squares = 0;
      for (int i = 0; i < hidden; i++) {
        double value = activations.values()[token * hidden + i];
        sum[i] += value / (end - from);
        squares += value * value;
      }
      lengths += Math.sqrt(squares);
      tokens++;
    }
    return sum;
  }

  private static float[] floats(double[] values, double divisor) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) (values[i] / divisor);
    }
    return floats;
  }

  Direction direction() {
    double[] all = sums[0].clone();
    for (int i = 0; i < all.length; i++) {
      all[i] += sums[1][i];
    }
    Floats vector = new Floats(new long[] {all.length}, floats(all, positives.size()));
    return new Direction(vector, lengths / tokens, separation());
  }

  private OptionalDouble separation() {
    if (positives.size() < 2) {
      return OptionalDouble.empty();
    }
    double wins = 0;
    double comparisons = 0;
    for (int half = 0; half < 2; half++) {
      double[] more = projections(positives, half);
      double[] less = projections(negatives, half);
      wins += Separation.wins(more, less);
      comparisons += (double) more.length * less.length;
    }
    return OptionalDouble.of(wins / comparisons);
  }

  /** How far the texts of one half lie along the direction of the other. */
  private double[] projections(List<float[]> texts, int half) {
    double[] direction = sums[1 - half];
    double[] projections = new double[(texts.size() + 1 - half) / 2];
    for (int i = 0; i < projections.length; i++) {
      float[] text = texts.get(2 * i + half);
      for (int h = 0; h < direction.length; h++) {
        projections[i] += text[h] * direction[h];
      }
    }
    return projections;
  }
}
