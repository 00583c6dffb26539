package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Edit;
import java.util.BitSet;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Erasers of classes, compared with the formula and full inverses. */
class LeaceTest {
  private static final long SEED = Long.getLong("steerc.seed", 67);

  private final Random random = new Random(SEED);
  private float[][] rows;
  private int[] of;

  @ParameterizedTest
  @CsvSource({"2, 40, 6", "2, 4, 30", "3, 90, 10", "5, 12, 40", "7, 400, 20"})
  void nothingCovariesWithTheClassesAnyMore(int classes, int count, int width) {
    makeRows(classes, count, width);
    float[][] erased = erased(learn(classes));
    assertThat(size(crossCovariance(erased, classes)) / size(crossCovariance(rows, classes)))
        .as("seed " + SEED)
        .isLessThan(1e-6);
  }

  @ParameterizedTest
  @CsvSource({"2, 40, 6", "2, 4, 30", "3, 90, 10", "5, 12, 40"})
  void projectionIsThatOfTheFormula(int classes, int count, int width) {
    makeRows(classes, count, width);
    double[][] projection = projection(learn(classes), width);
    double[][] expected = formula(classes, width);
    assertThat(distance(projection, expected)).as("seed " + SEED).isLessThan(1e-5);
    assertThat(distance(Plain.product(projection, projection), projection)).isLessThan(1e-5);
  }

  @Test
  void probeFindsNothingInWhatItWasErasedFrom() {
    makeRows(2, 200, 8);
    double[] before = Plain.logistic(rows, positive(), 0.01);
    double[] behind = Plain.logistic(erased(learn(2)), positive(), 0.01);
    before[8] = 0; // the intercepts
    behind[8] = 0;
    assertThat(Math.sqrt(Plain.dot(before, before))).isGreaterThan(0.3);
    assertThat(Math.sqrt(Plain.dot(behind, behind))).isLessThan(1e-5);
  }

  private boolean[] positive() {
    boolean[] positive = new boolean[of.length];
    for (int row = 0; row < of.length; row++) {
      positive[row] = of[row] == 1;
    }
    return positive;
  }

  /** A step d with Aᵀ M d = 0 from the mean stays where it is, and so does the mean. */
  @Test
  void stepThatSaysNothingOfTheClassesStays() {
    makeRows(3, 60, 9);
    Edit.LowRank edit = learn(3);
    double[][] read = Plain.product(inverse(9), crossCovariance(rows, 3));
    double[] step = Plain.gaussian(random, 9);
    for (int round = 0; round < 200; round++) {
      for (double[] column : Plain.transposed(read)) {
        double along = Plain.dot(column, step) / Plain.dot(column, column);
        for (int i = 0; i < 9; i++) {
          step[i] -= along * column[i];
        }
      }
    }
    float[] moved = new float[9];
    float[] mean = new float[9];
    for (int i = 0; i < 9; i++) {
      mean[i] = (float) Plain.mean(rows, row -> 1)[i];
      moved[i] = (float) (mean[i] + step[i]);
    }
    assertThat(Math.sqrt(Plain.dot(step, step))).isGreaterThan(0.1);
    assertThat(Plain.distance(apply(edit, moved), doubles(moved))).isLessThan(1e-5);
    assertThat(Plain.distance(apply(edit, mean), doubles(mean))).isLessThan(1e-5);
  }

  /** The mean of the third class is between the others: three classes differ in one direction. */
  @Test
  void rankIsThatOfTheIndependentDifferences() {
    rows = new float[][] {{1, 1, 0}, {1, -1, 0}, {5, 0, 1}, {5, 0, -1}, {3, 1, 1}, {3, -1, -1}};
    of = new int[] {0, 0, 1, 1, 2, 2};
    assertThat(learn(3).bias().values()).hasSize(1);
    assertThat(size(crossCovariance(erased(learn(3)), 3))).isLessThan(1e-6);
    makeRows(4, 80, 7);
    assertThat(learn(4).bias().values()).hasSize(3);
    makeRows(4, 80, 2);
    assertThat(learn(4).bias().values()).hasSize(2);
    assertThat(size(crossCovariance(erased(learn(4)), 4))).isLessThan(1e-5);
  }

  @Test
  void classesThatAreAllTheSameAreAProblem() {
    rows = new float[][] {{1, 2}, {1, 2}, {1, 2}};
    of = new int[] {0, 1, 2};
    SteercException thrown = Assertions.catchThrowableOfType(SteercException.class, () -> learn(3));
    assertThat(thrown.problems().get(0).code()).isEqualTo(Code.NOT_LEARNABLE);
  }

  /** An eraser of a handful of texts in many dimensions hardly takes the concept from others. */
  @Test
  void leftTellsPoorErasersFromGoodOnes() {
    assertThat(left(500, 10)).isBetween(0.4, 0.62);
    assertThat(left(5, 100)).isGreaterThan(0.75);
  }

  /** The separation left on 400 pairs by the eraser of some others. */
  private double left(int pairs, int width) {
    double[] side = Plain.gaussian(random, width);
    rows = new float[2 * (pairs + 400)][width];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < width; i++) {
        double sign = row % 2 == 0 ? 1 : -1;
        rows[row][i] = (float) (sign * side[i] / Math.sqrt(width) + random.nextGaussian());
      }
    }
    BitSet heldOut = new BitSet();
    heldOut.set(pairs, pairs + 400);
    Labels labels = Labels.ofPairs(pairs + 400, heldOut);
    return Method.LEACE.learn(Plain.rows(rows), labels, 1).diagnosis().left().orElseThrow();
  }

  @Test
  void leftIsUnknownWithoutHeldOutRows() {
    makeRows(2, 40, 5);
    Labels labels = Plain.classes(2, of);
    assertThat(Method.LEACE.learn(Plain.rows(rows), labels, 1).diagnosis().left()).isEmpty();
    labels.heldOut().set(0, 3);
    assertThat(Method.LEACE.learn(Plain.rows(rows), labels, 1).diagnosis().left()).isEmpty();
    labels.heldOut().set(0, 4);
    assertThat(Method.LEACE.learn(Plain.rows(rows), labels, 1).diagnosis().left()).isPresent();
  }

  /** The class that its mean tells best from the rest speaks for all. */
  @Test
  void bestToldClassIsTheOneThatIsJudged() {
    makeRows(3, 300, 4);
    for (int row = 0; row < rows.length; row++) {
      rows[row][0] += of[row] == 2 ? 50 : 0;
    }
    Diagnosis diagnosis = Method.LEACE.learn(Plain.rows(rows), Plain.classes(3, of), 1).diagnosis();
    assertThat(diagnosis.separation()).isEqualTo(1);
    double[] two = Plain.mean(rows, row -> of[row] == 2 ? 1 : 0);
    double[] rest = Plain.mean(rows, row -> of[row] == 2 ? 0 : 1);
    double squares = 0;
    for (int i = 0; i < 4; i++) {
      squares += (two[i] - rest[i]) * (two[i] - rest[i]);
    }
    assertThat(diagnosis.norm()).isCloseTo(Math.sqrt(squares), within(1e-9));
  }

  private void makeRows(int classes, int count, int width) {
    double[][] centers = new double[classes][];
    for (int c = 0; c < classes; c++) {
      centers[c] = Plain.gaussian(random, width);
    }
    double[] shared = Plain.gaussian(random, width);
    rows = new float[count][width];
    of = new int[count];
    for (int row = 0; row < count; row++) {
      of[row] = row % classes;
      double along = 4 * random.nextGaussian();
      for (int i = 0; i < width; i++) {
        double noise = (1 + i % 3) * random.nextGaussian();
        rows[row][i] = (float) (centers[of[row]][i] + along * shared[i] + noise + 2);
      }
    }
  }

  private Edit.LowRank learn(int classes) {
    Learned learned = Method.LEACE.learn(Plain.rows(rows), Plain.classes(classes, of), 1);
    return (Edit.LowRank) learned.edit();
  }

  private float[][] erased(Edit.LowRank edit) {
    float[][] erased = new float[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      erased[row] = apply(edit, rows[row]);
    }
    return erased;
  }

  /** x + (x·R + b)·W. */
  private static float[] apply(Edit.LowRank edit, float[] row) {
    int rank = edit.bias().values().length;
    double[] changed = doubles(row);
    for (int r = 0; r < rank; r++) {
      double along = edit.bias().values()[r];
      for (int i = 0; i < row.length; i++) {
        along += (double) row[i] * edit.read().values()[i * rank + r];
      }
      for (int i = 0; i < row.length; i++) {
        changed[i] += along * edit.write().values()[r * row.length + i];
      }
    }
    float[] result = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      result[i] = (float) changed[i];
    }
    return result;
  }

  private static double[] doubles(float[] row) {
    double[] doubles = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      doubles[i] = row[i];
    }
    return doubles;
  }

  /** P with y = x − P(x − μ), for columns x. */
  private static double[][] projection(Edit.LowRank edit, int width) {
    int rank = edit.bias().values().length;
    double[][] projection = new double[width][width];
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        for (int r = 0; r < rank; r++) {
          double read = edit.read().values()[j * rank + r];
          projection[i][j] -= read * edit.write().values()[r * width + i];
        }
      }
    }
    return projection;
  }

  /** Σxz (Σxzᵀ M Σxz)⁻¹ Σxzᵀ M, of one-hot labels without the last class. */
  private double[][] formula(int classes, int width) {
    double[][] all = crossCovariance(rows, classes);
    double[][] cross = new double[width][classes - 1];
    for (int i = 0; i < width; i++) {
      System.arraycopy(all[i], 0, cross[i], 0, classes - 1);
    }
    double[][] read = Plain.product(Plain.transposed(cross), inverse(width));
    return Plain.product(Plain.product(cross, Plain.inverse(Plain.product(read, cross))), read);
  }

  /** (Σ + ridge·I)⁻¹ with a thousandth of the mean variance as the ridge. */
  private double[][] inverse(int width) {
    double[] mean = Plain.mean(rows, row -> 1);
    double[][] covariance = new double[width][width];
    double trace = 0;
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        for (float[] row : rows) {
          covariance[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / rows.length;
        }
      }
      trace += covariance[i][i];
    }
    for (int i = 0; i < width; i++) {
      covariance[i][i] += 1e-3 * trace / width;
    }
    return Plain.inverse(covariance);
  }

  private double[][] crossCovariance(float[][] some, int classes) {
    double[] mean = Plain.mean(some, row -> 1);
    double[][] cross = new double[mean.length][classes];
    for (int row = 0; row < some.length; row++) {
      for (int i = 0; i < mean.length; i++) {
        cross[i][of[row]] += (some[row][i] - mean[i]) / some.length;
      }
    }
    return cross;
  }

  private static double distance(double[][] a, double[][] b) {
    double[][] difference = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        difference[i][j] = a[i][j] - b[i][j];
      }
    }
    return size(difference) / size(b);
  }

  private static double size(double[][] matrix) {
    double squares = 0;
    for (double[] row : matrix) {
      squares += Plain.dot(row, row);
    }
    return Math.sqrt(squares);
  }
}
