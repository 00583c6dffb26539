package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.runtime.capture.Rows;
import dev.steerc.runtime.steering.Edit;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a direction when it is added, ablated or set. */
class FormTest {
  private static final int WIDTH = 6;
  private static final int PAIRS = 40;

  private final float[][] rows = new float[2 * PAIRS][WIDTH];
  private final double[] unit = new double[WIDTH];
  private double lacking;
  private Learned learned;

  @BeforeEach
  void learn() {
    Random random = new Random(3);
    double[] means = new double[WIDTH];
    for (int i = 0; i < 2 * PAIRS; i++) {
      for (int j = 0; j < WIDTH; j++) {
        rows[i][j] = (float) (random.nextGaussian() + j + (i % 2 == 0 ? 2 - j : 0));
        means[j] += (i % 2 == 0 ? rows[i][j] : -rows[i][j]) / PAIRS;
      }
    }
    double squares = 0;
    for (double mean : means) {
      squares += mean * mean;
    }
    for (int j = 0; j < WIDTH; j++) {
      unit[j] = means[j] / Math.sqrt(squares);
    }
    for (int i = 1; i < 2 * PAIRS; i += 2) {
      lacking += along(rows[i]) / PAIRS;
    }
    Labels labels = Labels.ofPairs(PAIRS, new BitSet());
    learned = Method.DIFFMEAN.learn(Rows.of(WIDTH, rows), labels, 1);
  }

  @Test
  void setGivesEveryTextWhatThoseHaveThatLackIt() {
    assertThat(learned.level()).isEqualTo(lacking, within(1e-5));
    for (float[] row : rows) {
      assertThat(along(edited(Form.SET, row))).isEqualTo(lacking, within(1e-4));
    }
  }

  @Test
  void ablationLeavesNothingAlong() {
    for (float[] row : rows) {
      assertThat(along(edited(Form.ABLATE, row))).isEqualTo(0, within(1e-4));
    }
  }

  @Test
  void whatIsAcrossStays() {
    for (Form form : new Form[] {Form.SET, Form.ABLATE}) {
      for (float[] row : rows) {
        float[] edited = edited(form, row);
        double changed = along(edited) - along(row);
        for (int j = 0; j < WIDTH; j++) {
          assertThat((double) edited[j]).isEqualTo(row[j] + changed * unit[j], within(1e-4));
        }
      }
    }
  }

  @Test
  void addedIsWhatWasLearned() {
    assertThat(Form.ADD.edit(learned)).isSameAs(learned.edit());
  }

  @Test
  void eraserHasNoOtherForm() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lesson(Method.LEACE, Form.SET, 0.2, 1));
  }

  private double along(float[] row) {
    double along = 0;
    for (int j = 0; j < WIDTH; j++) {
      along += row[j] * unit[j];
    }
    return along;
  }

  /** x + (x·R + b)·W. */
  private float[] edited(Form form, float[] row) {
    Edit.LowRank edit = ((Edit.Projecting) form.edit(learned)).lowRank();
    double read = edit.bias().values()[0];
    for (int j = 0; j < WIDTH; j++) {
      read += row[j] * edit.read().values()[j];
    }
    float[] edited = row.clone();
    for (int j = 0; j < WIDTH; j++) {
      edited[j] += (float) (read * edit.write().values()[j]);
    }
    return edited;
  }
}
