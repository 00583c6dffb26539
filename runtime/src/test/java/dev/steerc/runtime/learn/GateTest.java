package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Rows;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.ConditionText;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
  private static final Site SITE = new Site.InBlock(2, Site.Kind.RESID_MID);
  private static final int WIDTH = 5;
  private static final int COUNT = 60;

  private final float[][] rows = new float[COUNT][WIDTH];
  private final int[] of = new int[COUNT];
  private final BitSet heldOut = new BitSet();
  private final Floats direction = new Floats(new long[] {WIDTH}, new float[] {3, 1, 0, -1, 2});

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noThresholdTellsTheLearnedTextsBetter(long seed) {
    Gate gate = gate(seed);
    double best = skill(gate.threshold(), false);
    for (int i = -1000; i <= 1000; i++) {
      assertThat(skill(i / 1000.0, false)).isLessThanOrEqualTo(best + 1e-9);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void sharesAreThoseOfTheTextsThatJudge(long seed) {
    Gate gate = gate(seed);
    assertThat(gate.hits() - gate.alarms()).isEqualTo(skill(gate.threshold(), true), within(1e-12));
    assertThat(gate.hits()).isGreaterThan(gate.alarms());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void commandLineTakesIt(long seed) {
    Gate gate = gate(seed);
    ConditionText text = ConditionText.parse("v.npy" + gate.text());
    assertThat(text.site()).isEqualTo(SITE);
    assertThat(text.above()).isTrue();
    assertThat(text.threshold()).isEqualTo(gate.threshold());
  }

  /** A cosine that several texts have lies on one side with all of them. */
  @Test
  void textsThatAreAlikeAreNotToldApart() {
    float[][] alike = new float[8][];
    for (int i = 0; i < 8; i++) {
      alike[i] = new float[] {1, i == 0 ? 0.1f : i == 1 ? 0.3f : i < 7 ? 0.6f : 1};
    }
    // the negative ones of the six alike come first, so that the loop meets the positive ones first
    int[] classes = {1, 0, 0, 0, 1, 1, 1, 0};
    Floats along = new Floats(new long[] {2}, new float[] {1, 0});
    Gate gate = Gate.of(SITE, rows(alike, classes, new BitSet()), along);
    assertThat(gate.skill()).isEqualTo(0.25, within(1e-12));
  }

  private Gate gate(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < COUNT; i++) {
      of[i] = random.nextInt(3) == 0 ? 1 : 0;
      heldOut.set(i, i % 3 == 0);
      for (int j = 0; j < WIDTH; j++) {
        rows[i][j] = (float) (random.nextGaussian() + of[i] * 0.5 * direction.values()[j]);
      }
    }
    return Gate.of(SITE, rows(rows, of, heldOut), direction);
  }

  private static LocalRows rows(float[][] rows, int[] of, BitSet heldOut) {
    return new LocalRows(Rows.of(rows[0].length, rows), new Labels(of, 2, false, heldOut));
  }

  /** The share of positive rows above a cosine, less that of the negative ones. */
  private double skill(double threshold, boolean judging) {
    double[] above = new double[2];
    double[] all = new double[2];
    for (int i = 0; i < COUNT; i++) {
      if (heldOut.get(i) == judging) {
        double dot = 0;
        double squares = 0;
        double lengths = 0;
        for (int j = 0; j < WIDTH; j++) {
          dot += rows[i][j] * direction.values()[j];
          squares += rows[i][j] * rows[i][j];
          lengths += direction.values()[j] * direction.values()[j];
        }
        all[of[i]]++;
        above[of[i]] += dot / Math.sqrt(squares * lengths) > threshold ? 1 : 0;
      }
    }
    return above[1] / all[1] - above[0] / all[0];
  }
}
