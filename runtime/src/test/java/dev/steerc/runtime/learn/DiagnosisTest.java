package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.runtime.steering.Edit;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of a direction, compared with plain loops over the rows. */
class DiagnosisTest {
  private static final long SEED = Long.getLong("steerc.seed", 71);

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "PCA", "LOGISTIC"})
  void heldOutPairsJudge(Method method) {
    float[][] rows = Plain.pairs(random, 200, 12);
    BitSet heldOut = new BitSet();
    for (int pair = 0; pair < 200; pair++) {
      heldOut.set(pair, pair % 3 == 0);
    }
    Learned learned = method.learn(Plain.rows(rows), Labels.ofPairs(200, heldOut), 1);
    double[] vector = Doubles.of(((Edit.Add) learned.edit()).vector());
    Diagnosis diagnosis = learned.diagnosis();
    assertThat(diagnosis.rows()).isEqualTo(134);
    assertThat(diagnosis.seen()).isFalse();
    check(diagnosis, rows, heldOut, vector);
  }

  @Test
  void allPairsJudgeWhereNoneAreHeldOut() {
    float[][] rows = Plain.pairs(random, 9, 4);
    Learned learned = Method.DIFFMEAN.learn(Plain.rows(rows), Plain.pairs(rows), 1);
    BitSet all = new BitSet();
    all.set(0, 9);
    assertThat(learned.diagnosis().rows()).isEqualTo(18);
    assertThat(learned.diagnosis().seen()).isTrue();
    check(learned.diagnosis(), rows, all, Plain.difference(rows));
  }

  private static void check(Diagnosis diagnosis, float[][] rows, BitSet judging, double[] vector) {
    double wins = 0;
    double cosines = 0;
    double wrong = 0;
    for (int pair : judging.stream().toArray()) {
      double positive = along(rows[2 * pair], vector);
      for (int other : judging.stream().toArray()) {
        double negative = along(rows[2 * other + 1], vector);
        wins += positive > negative ? 1 : positive == negative ? 0.5 : 0;
      }
      double[] difference = new double[vector.length];
      for (int i = 0; i < vector.length; i++) {
        difference[i] = rows[2 * pair][i] - rows[2 * pair + 1][i];
      }
      double along = Plain.dot(difference, vector);
      cosines += along / Math.sqrt(Plain.dot(difference, difference) * Plain.dot(vector, vector));
      wrong += along < 0 ? 1 : 0;
    }
    int pairs = judging.cardinality();
    double lengths = 0;
    for (float[] row : rows) {
      double squares = 0;
      for (float value : row) {
        squares += value * value;
      }
      lengths += Math.sqrt(squares);
    }
    assertThat(diagnosis.separation()).isCloseTo(wins / pairs / pairs, within(1e-12));
    assertThat(diagnosis.agreement()).isCloseTo(cosines / pairs, within(1e-6));
    assertThat(diagnosis.wrongSide()).isCloseTo(wrong / pairs, within(1e-12));
    assertThat(diagnosis.norm()).isCloseTo(Math.sqrt(Plain.dot(vector, vector)), within(1e-6));
    assertThat(diagnosis.typical()).isCloseTo(lengths / rows.length, within(1e-5));
    assertThat(diagnosis.left()).isEmpty();
  }

  private static double along(float[] row, double[] vector) {
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      sum += row[i] * vector[i];
    }
    return sum;
  }

  @Test
  void rowsWithoutPairsAreJudgedByTheMiddle() {
    // learned from 0, 2 and 10, 12: the middle is 6; of the others 7 and 5 are on the wrong side
    float[][] rows = {{0}, {2}, {10}, {12}, {7}, {1}, {5}, {11}, {8}};
    Labels labels = Plain.classes(2, 0, 0, 1, 1, 0, 0, 1, 1, 1);
    labels.heldOut().set(4, 9);
    Diagnosis diagnosis = Method.DIFFMEAN.learn(Plain.rows(rows), labels, 1).diagnosis();
    assertThat(diagnosis.wrongSide()).isEqualTo(0.4);
    assertThat(diagnosis.separation()).isCloseTo(5 / 6.0, within(1e-12));
    assertThat(diagnosis.agreement()).isNaN();
    assertThat(diagnosis.rows()).isEqualTo(5);
    assertThat(diagnosis.norm()).isEqualTo(10);
  }

  @Test
  void pairWithoutDifferenceAgreesWithNothing() {
    float[][] rows = {{2, 0}, {0, 0}, {1, 1}, {1, 1}};
    Diagnosis diagnosis = Method.DIFFMEAN.learn(Plain.rows(rows), Plain.pairs(rows), 1).diagnosis();
    assertThat(diagnosis.agreement()).isEqualTo(0.5);
    assertThat(diagnosis.wrongSide()).isZero();
  }

  @Test
  void separationOfOneKindOfRowsIsUnknown() {
    float[][] rows = {{0}, {2}, {10}, {12}};
    Labels labels = Plain.classes(2, 0, 0, 1, 0);
    labels.heldOut().set(3);
    assertThat(Method.DIFFMEAN.learn(Plain.rows(rows), labels, 1).diagnosis().separation()).isNaN();
  }
}
