package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DiscriminantTest {
  private final Random random = new Random(5);

  /** Vectors around a mean, which spread ten times as far along the second axis. */
  private List<double[]> cloud(double x, double y) {
    List<double[]> cloud = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      cloud.add(new double[] {x + random.nextGaussian(), y + 10 * random.nextGaussian()});
    }
    return cloud;
  }

  @Test
  void leadsToThePositivesWhereTheyDoNotSpread() {
    float[] direction = Discriminant.of(cloud(3, 3), cloud(0, 0)).values();
    assertThat(direction[0]).isPositive();
    assertThat(direction[1] / direction[0]).isCloseTo(0, within(0.3f));
  }

  @Test
  void equalSpreadLeavesTheDifferenceOfTheMeans() {
    List<double[]> negatives =
        List.of(
            new double[] {1, 0}, new double[] {-1, 0}, new double[] {0, 1}, new double[] {0, -1});
    List<double[]> positives =
        negatives.stream().map(v -> new double[] {v[0] + 2, v[1] + 1}).toList();
    float[] direction = Discriminant.of(positives, negatives).values();
    assertThat(direction[0] / direction[1]).isCloseTo(2, within(1e-4f));
  }
}
