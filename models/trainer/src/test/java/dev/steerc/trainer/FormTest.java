package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import org.junit.jupiter.api.Test;

class FormTest {
  private static final Floats DIRECTION = new Floats(new long[] {2}, new float[] {3, 4});

  @Test
  void addedTheDirectionIsAsLongAsAsked() {
    Edit.Add edit = (Edit.Add) Form.ADDED.edit(DIRECTION, Double.NaN, 0.5);
    assertThat(edit.vector().values()).containsExactly(1.5f, 2);
  }

  @Test
  void setThePartAlongItIsTheLevelAndTheRestStays() {
    Edit.LowRank edit = (Edit.LowRank) Form.SET.edit(DIRECTION, -7, 1);
    float[] x = {10, 20};
    double read = x[0] * edit.read().values()[0] + x[1] * edit.read().values()[1];
    double change = read + edit.bias().values()[0];
    double a = x[0] + change * edit.write().values()[0];
    double b = x[1] + change * edit.write().values()[1];
    assertThat(a * 0.6 + b * 0.8).isCloseTo(-7, within(1e-5));
    assertThat(a * 0.8 - b * 0.6).isCloseTo(x[0] * 0.8 - x[1] * 0.6, within(1e-5));
  }
}
