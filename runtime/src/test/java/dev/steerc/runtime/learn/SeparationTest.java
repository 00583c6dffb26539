package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Comparisons of two kinds of numbers. */
class SeparationTest {
  private static final long SEED = Long.getLong("steerc.seed", 53);

  @Test
  void largerNumbersWinAndEqualOnesWinHalf() {
    check(new double[] {3, 4}, new double[] {1, 2}, 4);
    check(new double[] {1, 2}, new double[] {3, 4}, 0);
    check(new double[] {2}, new double[] {1, 2, 2, 3}, 2);
    check(new double[] {0.0}, new double[] {-0.0}, 0.5);
    check(new double[] {}, new double[] {1}, 0);
  }

  @Test
  void winsAreThoseOfAllComparisons() {
    Random random = new Random(SEED);
    for (int run = 0; run < 50; run++) {
      double[] more = random.ints(random.nextInt(20), 0, 9).asDoubleStream().toArray();
      double[] less = random.ints(random.nextInt(20), 0, 9).asDoubleStream().toArray();
      double wins = 0;
      for (double a : more) {
        for (double b : less) {
          wins += a > b ? 1 : a == b ? 0.5 : 0;
        }
      }
      check(more, less, wins);
    }
  }

  private static void check(double[] positives, double[] negatives, double wins) {
    assertThat(Separation.wins(positives, negatives)).as("seed " + SEED).isEqualTo(wins);
  }
}
