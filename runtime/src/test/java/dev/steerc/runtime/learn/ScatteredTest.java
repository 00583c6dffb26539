package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Edit;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that lie on several machines teach what they teach on one. */
class ScatteredTest {
  private static final int PAIRS = 400;
  private static final int WIDTH = 96;
  private static final double CLOSE = 1e-6;
  private static final Site SITE = new Site.InBlock(1, Site.Kind.RESID_POST);

  private final float[][] rows = Plain.pairs(new Random(7), PAIRS, WIDTH);
  private final Labels labels = Labels.ofPairs(PAIRS, everyThird());

  private static BitSet everyThird() {
    BitSet heldOut = new BitSet();
    for (int pair = 0; pair < PAIRS; pair += 3) {
      heldOut.set(pair);
    }
    return heldOut;
  }

  private ScatteredRows scattered(Labels labels) {
    return new ScatteredRows(rows, labels, 0, 2, 250, 254, 254, rows.length);
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "PCA", "LOGISTIC"})
  void vectorIsTheSame(Method method) {
    ScatteredRows there = scattered(labels);
    Learned expected = method.learn(Plain.rows(rows), labels, 1);
    Learned learned = method.learn(there, 1);
    check(learned, expected);
    System.out.printf(
        "%s of %d x %d: %d passes, the largest adds %d numbers up%n",
        method.label(), rows.length, WIDTH, there.passes(), there.largest());
  }

  private static void check(Learned learned, Learned expected) {
    float[] vector = ((Edit.Add) learned.edit()).vector().values();
    double[] same = Doubles.of(((Edit.Add) expected.edit()).vector());
    assertThat(Plain.distance(vector, same)).isLessThan(CLOSE);
    assertThat(learned.level()).isCloseTo(expected.level(), within(CLOSE));
    assertThat(learned.diagnosis())
        .usingRecursiveComparison()
        .withComparatorForType(
            (a, b) -> Math.abs(a - b) <= CLOSE * Math.abs(b) ? 0 : 1, Double.class)
        .isEqualTo(expected.diagnosis());
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFMEAN", "PCA", "LOGISTIC"})
  void noMatrixOfTheWidthIsMade(Method method) {
    ScatteredRows there = scattered(labels);
    method.learn(there, 1);
    assertThat(there.largest()).isBetween(WIDTH, 8 * WIDTH);
  }

  @Test
  void eraserAsksForTheRowsBeforeItAddsUpAMatrix() {
    ScatteredRows there = scattered(labels);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Method.LEACE.learn(there, 1));
    assertThat(there.largest()).isLessThan(3 * WIDTH);
  }

  @Test
  void conditionIsTheSame() {
    Labels apart = new Labels(labels.of(), 2, false, labels.heldOut());
    Edit.Add edit = (Edit.Add) Method.DIFFMEAN.learn(Plain.rows(rows), apart, 1).edit();
    LocalRows here = new LocalRows(Plain.rows(rows), apart);
    assertThat(Gate.of(SITE, scattered(apart), edit.vector()))
        .isEqualTo(Gate.of(SITE, here, edit.vector()));
  }

  @Test
  void rowThatIsNotFiniteIsNamed() {
    rows[251][3] = Float.NaN;
    rows[700][3] = Float.POSITIVE_INFINITY;
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> Method.DIFFMEAN.learn(scattered(labels), 1))
        .satisfies(
            e -> {
              assertThat(e.problems().get(0).code()).isEqualTo(Code.ACTIVATIONS_NOT_FINITE);
              assertThat(e.problems().get(0).what()).startsWith("row 251 ");
            });
  }
}
