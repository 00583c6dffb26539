package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every edit's projection against its formula, in double precision. */
class EditTest {
  private static final long SEED = Long.getLong("steerc.seed", 5);
  private static final int WIDTH = 24;

  private final Random random = new Random(SEED);
  private final Floats vector = tensor(WIDTH);
  private final double[] x = doubles(tensor(WIDTH));

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("EditTest: -Dsteerc.seed=" + SEED);
  }

  @Test
  void ablateLeavesNothingAlong() {
    double[] y = apply(new Edit.Ablate(vector), x);
    assertThat(dot(y, unit(vector))).isCloseTo(0, within(1e-6));
    check(y, plus(x, -dot(x, unit(vector)), unit(vector)));
  }

  @Test
  void clampGivesTheLevel() {
    double[] y = apply(new Edit.Clamp(vector, -2.5), x);
    assertThat(dot(y, unit(vector))).isCloseTo(-2.5, within(1e-6));
    check(y, plus(x, -2.5 - dot(x, unit(vector)), unit(vector)));
  }

  @Test
  void reflectTwiceIsNothing() {
    Edit.Reflect reflect = new Edit.Reflect(vector);
    double[] y = apply(reflect, x);
    check(y, plus(x, -2 * dot(x, unit(vector)), unit(vector)));
    check(apply(reflect, y), x);
    assertThat(norm(y)).isCloseTo(norm(x), within(1e-5));
  }

  @Test
  void quarterTurnTakesTheFirstToTheSecond() {
    Floats towards = tensor(WIDTH);
    double[] first = unit(vector);
    double[] across = plus(doubles(towards), -dot(doubles(towards), first), first);
    double[] second = scaled(across, 1 / norm(across));
    Edit.Rotate turn = new Edit.Rotate(vector, towards, 90);
    check(apply(turn, first), second);
    check(apply(turn, second), scaled(first, -1));
  }

  @Test
  void turningKeepsLengthsAndAddsUp() {
    Floats towards = tensor(WIDTH);
    double[] once = apply(new Edit.Rotate(vector, towards, 30), x);
    assertThat(norm(once)).isCloseTo(norm(x), within(1e-5));
    double[] twice = apply(new Edit.Rotate(vector, towards, 30), once);
    check(twice, apply(new Edit.Rotate(vector, towards, 60), x));
    check(apply(new Edit.Rotate(vector, towards, -60), twice), x);
    check(apply(new Edit.Rotate(vector, towards, 360), x), x);
  }

  @Test
  void lowRankIsAsWritten() {
    int rank = 3;
    Floats read = tensor(WIDTH, rank);
    Floats bias = tensor(rank);
    Floats write = tensor(rank, WIDTH);
    double[] expected = x.clone();
    for (int r = 0; r < rank; r++) {
      double along = bias.values()[r];
      for (int i = 0; i < WIDTH; i++) {
        along += x[i] * read.values()[i * rank + r];
      }
      for (int i = 0; i < WIDTH; i++) {
        expected[i] += along * write.values()[r * WIDTH + i];
      }
    }
    check(apply(new Edit.LowRank(read, bias, write), x), expected);
  }

  @Test
  void onlyTheDirectionCounts() {
    Floats longer = new Floats(vector.dims(), floats(scaled(doubles(vector), 1000)));
    check(apply(new Edit.Ablate(longer), x), apply(new Edit.Ablate(vector), x));
    check(apply(new Edit.Clamp(longer, 2), x), apply(new Edit.Clamp(vector, 2), x));
  }

  @Test
  void zeroHasNoDirection() {
    Map<String, Floats> zero = Map.of("vector", Floats.filled(0, WIDTH));
    check(Code.VECTOR_SHAPE, "ablate", zero, OptionalDouble.empty());
    check(Code.VECTOR_SHAPE, "reflect", zero, OptionalDouble.empty());
    check(Code.VECTOR_SHAPE, "clamp", zero, OptionalDouble.of(1));
  }

  /** The difference of two vectors that point the same way is rounding, and no direction. */
  @Test
  void parallelVectorsSpanNoPlane() {
    for (double factor : new double[] {1, 2, -0.1, 1e6}) {
      Floats parallel = new Floats(vector.dims(), floats(scaled(doubles(vector), factor)));
      Map<String, Floats> tensors = Map.of("vector", vector, "towards", parallel);
      check(Code.VECTOR_SHAPE, "rotate", tensors, OptionalDouble.of(90));
    }
  }

  @Test
  void bothVectorsOfARotationAreOfOneWidth() {
    for (int width : new int[] {WIDTH - 1, WIDTH + 1}) {
      Map<String, Floats> tensors = Map.of("vector", vector, "towards", tensor(width));
      check(Code.VECTOR_SHAPE, "rotate", tensors, OptionalDouble.of(90));
    }
  }

  @Test
  void tensorsOfLowRankFitTogether() {
    Floats bias = tensor(2);
    checkLowRank(tensor(WIDTH, 3), bias, tensor(2, WIDTH));
    checkLowRank(tensor(WIDTH, 2), bias, tensor(3, WIDTH));
    checkLowRank(tensor(WIDTH + 1, 2), bias, tensor(2, WIDTH));
    checkLowRank(tensor(WIDTH * 2), bias, tensor(2, WIDTH));
    checkLowRank(tensor(WIDTH, 2), bias, tensor(WIDTH * 2));
  }

  private void checkLowRank(Floats read, Floats bias, Floats write) {
    Map<String, Floats> tensors = Map.of("read", read, "bias", bias, "write", write);
    check(Code.VECTOR_SHAPE, "low-rank", tensors, OptionalDouble.empty());
  }

  @Test
  void elementsAndNumbersAreFinite() {
    float[] values = vector.values().clone();
    values[7] = Float.NEGATIVE_INFINITY;
    Floats bad = new Floats(vector.dims(), values);
    check(Code.VECTOR_NOT_FINITE, "add", Map.of("vector", bad), OptionalDouble.empty());
    check(Code.VECTOR_NOT_FINITE, "ablate", Map.of("vector", bad), OptionalDouble.empty());
    Map<String, Floats> good = Map.of("vector", vector);
    check(Code.BAD_STRENGTH, "clamp", good, OptionalDouble.of(Double.NaN));
    check(Code.VECTOR_SHAPE, "clamp", good, OptionalDouble.empty());
    check(Code.UNKNOWN_OP, "wiggle", good, OptionalDouble.empty());
  }

  @Test
  void oneVectorMayHaveLeadingOnes() {
    Floats row = new Floats(new long[] {1, 1, WIDTH}, vector.values());
    Edit edit = Edits.of("add", Map.of("vector", row), OptionalDouble.empty(), "here");
    assertThat(edit.width()).isEqualTo(WIDTH);
    Map<String, Floats> two = Map.of("vector", tensor(2, WIDTH));
    check(Code.VECTOR_SHAPE, "add", two, OptionalDouble.empty());
  }

  private static void check(
      Code code, String op, Map<String, Floats> tensors, OptionalDouble number) {
    assertThatExceptionOfType(SteercException.class)
        .as(op + ", seed " + SEED)
        .isThrownBy(() -> Edits.of(op, tensors, number, "here"))
        .satisfies(e -> assertThat(e.problems()).extracting(Problem::code).containsExactly(code));
  }

  private static void check(double[] measured, double[] expected) {
    assertThat(measured).as("seed " + SEED).containsExactly(expected, within(1e-5));
  }

  /** y = x + (x·R + b)·W. */
  private static double[] apply(Edit.Projecting edit, double[] x) {
    Projection p = edit.projection();
    double[] y = x.clone();
    for (int r = 0; r < p.rank(); r++) {
      double along = p.bias()[r];
      for (int i = 0; i < x.length; i++) {
        along += x[i] * p.read()[i * p.rank() + r];
      }
      for (int i = 0; i < x.length; i++) {
        y[i] += along * p.write()[r * x.length + i];
      }
    }
    return y;
  }

  private Floats tensor(long... dims) {
    float[] values = new float[Floats.elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Floats(dims, values);
  }

  private static double[] unit(Floats vector) {
    double[] values = doubles(vector);
    return scaled(values, 1 / norm(values));
  }

  private static double[] doubles(Floats tensor) {
    double[] values = new double[tensor.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.values()[i];
    }
    return values;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double[] scaled(double[] values, double factor) {
    return plus(new double[values.length], factor, values);
  }

  private static double[] plus(double[] a, double factor, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * b[i];
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
    }
    return dot;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }
}
