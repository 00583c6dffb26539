package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Minima that are known. */
class LbfgsTest {

  /** The sum of c·(x − i)², c from 1 to a million. */
  @Test
  void minimumOfASteepBowlIsItsBottom() {
    double[] bottom =
        Lbfgs.minimum(
                (point, gradient) -> {
                  double value = 0;
                  for (int i = 0; i < point.length; i++) {
                    double curvature = Math.pow(10, i);
                    double off = point[i] - i;
                    value += curvature * off * off;
                    gradient[i] = 2 * curvature * off;
                  }
                  return value;
                },
                7,
                (point, gradient) -> Doubles.norm(gradient) < 1e-7,
                500)
            .orElseThrow();
    for (int i = 0; i < 7; i++) {
      assertThat(bottom[i]).isCloseTo(i, within(1e-6));
    }
  }

  /** e^x − 9x is nearly a line on one side and steep on the other; the minimum is ln 9. */
  @Test
  void longWayAcrossAFlatPartIsGone() {
    double[] bottom =
        Lbfgs.minimum(
                (point, gradient) -> {
                  gradient[0] = (Math.exp(point[0]) - 9) / 1000;
                  return (Math.exp(point[0]) - 9 * point[0]) / 1000;
                },
                1,
                (point, gradient) -> Doubles.norm(gradient) < 1e-12,
                100)
            .orElseThrow();
    assertThat(bottom[0]).isCloseTo(Math.log(9), within(1e-8));
  }

  @Test
  void functionWithoutAMinimumGivesNone() {
    int[] evaluations = {0};
    assertThat(
            Lbfgs.minimum(
                (point, gradient) -> {
                  evaluations[0]++;
                  gradient[0] = -Math.exp(-point[0]);
                  return Math.exp(-point[0]);
                },
                1,
                (point, gradient) -> gradient[0] == 0,
                20))
        .isEmpty();
    assertThat(evaluations[0]).isBetween(20, 21);
  }
}
