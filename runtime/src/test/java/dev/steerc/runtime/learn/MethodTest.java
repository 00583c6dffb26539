package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Rows;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Directions that are learned from rows, compared with plain loops over all of them. */
class MethodTest {
  private static final long SEED = Long.getLong("steerc.seed", 61);
  private static final double CLOSE = 1e-5;

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @CsvSource({"1, 5", "40, 3", "7, 300", "700, 20"})
  void diffmeanIsTheDifferenceOfTheMeans(int pairs, int width) {
    float[][] rows = Plain.pairs(random, pairs, width);
    check(Method.DIFFMEAN, rows, Plain.difference(rows));
  }

  @Test
  void diffmeanOfFarAwayRowsIsExact() {
    float[][] rows = new float[40_000][2];
    for (int row = 0; row < rows.length; row++) {
      rows[row][0] = (row % 2 == 0 ? 3 : 1) + 1_000_000 * (row % 4 < 2 ? 1 : -1);
      rows[row][1] = 16_777_216 - row % 2;
    }
    check(Method.DIFFMEAN, rows, new double[] {2, 1});
  }

  @ParameterizedTest
  @CsvSource({"1, 6", "3, 40", "30, 2", "30, 1", "200, 30", "400, 70"})
  void pcaIsTheFirstEigenvectorOfTheDifferences(int pairs, int width) {
    float[][] rows = Plain.pairs(random, pairs, width);
    check(Method.PCA, rows, principal(rows));
  }

  /** Each eigenvalue is only a thousandth smaller than the one before. */
  @ParameterizedTest
  @CsvSource({"4", "20", "80"})
  void pcaTellsNearlyEqualEigenvaluesApart(int width) {
    double[][] directions = Plain.unit(width);
    for (int turn = 0; turn < width; turn++) {
      double[] axis = Plain.gaussian(random, width);
      for (double[] direction : directions) {
        double along = 2 * Plain.dot(axis, direction) / Plain.dot(axis, axis);
        for (int i = 0; i < width; i++) {
          direction[i] -= along * axis[i];
        }
      }
    }
    float[][] rows = new float[2 * width][width];
    for (int pair = 0; pair < width; pair++) {
      for (int i = 0; i < width; i++) {
        rows[2 * pair][i] = (float) (directions[pair][i] * (1 - pair * 5e-4));
      }
    }
    check(Method.PCA, rows, principal(rows));
  }

  /** The scaled first eigenvector of the whole second moment. */
  private static double[] principal(float[][] rows) {
    int width = rows[0].length;
    double[][] moment = new double[width][width];
    for (int row = 0; row < rows.length; row += 2) {
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < width; j++) {
          double left = (double) rows[row][i] - rows[row + 1][i];
          double right = (double) rows[row][j] - rows[row + 1][j];
          moment[i][j] += left * right;
        }
      }
    }
    return Plain.scaled(Plain.firstEigenvector(moment), Plain.difference(rows));
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "4, 12", "150, 8", "300, 30"})
  void logisticIsTheMinimumOfTheLogLoss(int pairs, int width) {
    float[][] rows = Plain.pairs(random, pairs, width);
    checkLogistic(rows);
  }

  @Test
  void logisticLeavesConstantsAloneAndMindsNoUnits() {
    float[][] rows = Plain.pairs(random, 60, 5);
    for (float[] row : rows) {
      row[1] = 0.1f;
      row[2] *= 1000;
      row[3] = 5000 + row[3] * 0.1f;
    }
    checkLogistic(rows);
    assertThat(vector(Method.LOGISTIC, rows)[1]).isZero();
  }

  private void checkLogistic(float[][] rows) {
    boolean[] positive = new boolean[rows.length];
    for (int row = 0; row < rows.length; row += 2) {
      positive[row] = true;
    }
    double[] weights = Plain.logistic(rows, positive, 0.01);
    double[] deviations = Plain.deviations(rows);
    double[] direction = new double[deviations.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = deviations[i] > 1e-9 ? weights[i] / deviations[i] : 0;
    }
    check(Method.LOGISTIC, rows, Plain.scaled(direction, Plain.difference(rows)));
  }

  @Test
  void actaddIsTheDifferenceOfOnePair() {
    float[][] rows = {{3, 5, 1}, {1, 2, 4}};
    assertThat(vector(Method.ACTADD, rows)).containsExactly(2, 3, -3);
  }

  private void check(Method method, float[][] rows, double[] expected) {
    float[] vector = vector(method, rows);
    assertThat(Plain.distance(vector, expected)).as("seed " + SEED).isLessThan(CLOSE);
  }

  private static float[] vector(Method method, float[][] rows) {
    Edit edit = method.learn(Plain.rows(rows), Plain.pairs(rows), 5).edit();
    return ((Edit.Add) edit).vector().values();
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "PCA", "LOGISTIC"})
  void heldOutRowsTeachNothing(Method method) {
    float[][] rows = Plain.pairs(random, 30, 6);
    float[][] kept = Arrays.copyOfRange(rows, 0, 40);
    BitSet heldOut = new BitSet();
    heldOut.set(20, 30);
    Learned all = method.learn(Plain.rows(rows), Labels.ofPairs(30, heldOut), 5);
    assertThat(((Edit.Add) all.edit()).vector().values()).isEqualTo(vector(method, kept));
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "PCA", "LOGISTIC", "LEACE"})
  void sameSeedGivesTheSameBytes(Method method) {
    float[][] rows = Plain.pairs(random, 400, 50);
    BitSet heldOut = new BitSet();
    heldOut.set(0, 50);
    Labels labels = Labels.ofPairs(400, heldOut);
    Learned once = method.learn(Plain.rows(rows), labels, 5);
    Learned again = method.learn(Plain.rows(rows), labels, 5);
    once.edit()
        .tensors()
        .forEach(
            (role, tensor) ->
                assertThat(again.edit().tensors().get(role).values()).isEqualTo(tensor.values()));
    assertThat(again.diagnosis()).isEqualTo(once.diagnosis());
  }

  @Test
  void otherSeedFindsTheSameDirection() {
    float[][] rows = Plain.pairs(random, 90, 20);
    Floats other =
        ((Edit.Add) Method.PCA.learn(Plain.rows(rows), Plain.pairs(rows), 6).edit()).vector();
    check(Method.PCA, rows, Doubles.of(other));
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "LOGISTIC", "LEACE"})
  void textsWithoutPairsTeachAsWell(Method method) {
    float[][] rows = Plain.pairs(random, 20, 6);
    int[] of = new int[40];
    for (int row = 0; row < 40; row += 2) {
      of[row] = 1;
    }
    Learned paired = method.learn(Plain.rows(rows), Plain.pairs(rows), 1);
    Learned loose = method.learn(Plain.rows(rows), Plain.classes(2, of), 1);
    paired
        .edit()
        .tensors()
        .forEach(
            (role, tensor) ->
                assertThat(loose.edit().tensors().get(role).values()).isEqualTo(tensor.values()));
    assertThat(loose.diagnosis().agreement()).isNaN();
  }

  @ParameterizedTest
  @EnumSource
  void rowsThatAreNotFiniteAreAProblem(Method method) {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      float[][] rows = {{1, 2}, {3, bad}};
      Problem problem = problem(method, rows, Plain.pairs(rows));
      assertThat(problem.code()).isEqualTo(Code.ACTIVATIONS_NOT_FINITE);
      assertThat(problem.what()).contains("row 1 ");
    }
  }

  @ParameterizedTest
  @EnumSource
  void classesWithTheSameMeanAreAProblem(Method method) {
    float[][] same = {{1, 2}, {1, 2}};
    assertThat(problem(method, same, Plain.pairs(same)).what()).contains("the same mean");
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "PCA", "LOGISTIC", "LEACE"})
  void differencesThatCancelAreAProblem(Method method) {
    float[][] cancel = {{2, 1}, {1, 1}, {1, 1}, {2, 1}};
    assertThat(problem(method, cancel, Plain.pairs(cancel)).what()).contains("the same mean");
  }

  @ParameterizedTest
  @EnumSource
  void classWithoutRowsIsAProblem(Method method) {
    BitSet all = new BitSet();
    all.set(0);
    float[][] rows = {{1, 2}, {3, 4}};
    Problem problem = problem(method, rows, Labels.ofPairs(1, all));
    assertThat(problem.code()).isEqualTo(Code.NOT_LEARNABLE);
    assertThat(problem.what()).contains("no row of class 0");
    assertThat(problem.notes().get(0)).isEqualTo("2 rows, 2 of them held out");
    assertThat(problem(method, new float[][] {{1, 2}}, Plain.classes(2, 0)).what())
        .contains("no row of class 1");
  }

  @Test
  void methodThatDoesNotFitTheLabelsSaysSo() {
    float[][] rows = Plain.pairs(random, 3, 4);
    Labels loose = Plain.classes(2, 1, 0, 1, 0, 1, 0);
    assertThat(problem(Method.PCA, rows, loose).what()).contains("from pairs only");
    assertThat(problem(Method.ACTADD, rows, loose).what()).contains("exactly one pair");
    assertThat(problem(Method.ACTADD, rows, Plain.pairs(rows)).notes().get(0)).contains("3 pairs");
    Labels three = Plain.classes(3, 0, 1, 2, 0, 1, 2);
    assertThat(problem(Method.DIFFMEAN, rows, three).what()).contains("two classes");
  }

  private static Problem problem(Method method, float[][] rows, Labels labels) {
    SteercException thrown =
        catchThrowableOfType(
            SteercException.class, () -> method.learn(Plain.rows(rows), labels, 1));
    assertThat(thrown).isNotNull();
    assertThat(thrown.problems()).hasSize(1);
    return thrown.problems().get(0);
  }

  @Test
  void labelsThatContradictThemselvesAreRefused() {
    BitSet half = new BitSet();
    half.set(0);
    int[] pair = {1, 0};
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new Labels(pair, 2, true, half));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new Labels(new int[] {0, 1}, 2, true, new BitSet()));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new Labels(new int[] {0, 2}, 2, false, new BitSet()));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                Method.DIFFMEAN.learn(Rows.of(1, new float[][] {{1}}), Plain.classes(2, 0, 1), 1));
  }
}
