package dev.steerc.models;

import java.util.List;
import java.util.SplittableRandom;

/** A tensor of numbers of one or two dimensions, by which a model is more than its sizes. */
public sealed interface Weight {

  /** Numbers in row-major order, one at a time. */
  interface Draw {
    float next();
  }

  List<Integer> dims();

  /** All elements, row-major. */
  float[] values();

  /** The same numbers as a matrix with rows and columns swapped. */
  Weight transpose();

  /** The elements from the first on; of a transposed weight, in the order of the original. */
  Draw draw();

  /** The number of elements. */
  default int size() {
    return dims().stream().reduce(1, Math::multiplyExact);
  }

  /** Random numbers: their mean, their standard deviation and what they begin from. */
  static Weight of(double mean, double spread, long seed, Integer... dims) {
    return new Random(List.of(dims), mean, spread, seed, false);
  }

  /** Numbers that a training came to. */
  static Weight given(float[] values, Integer... dims) {
    return new Given(List.of(dims), values);
  }

  /** The elements of a matrix by columns: a matrix of {@code columns} rows, row-major. */
  private static float[] swapped(float[] values, int columns) {
    float[] turned = new float[values.length];
    int rows = values.length / columns;
    for (int i = 0; i < values.length; i++) {
      turned[(i % columns) * rows + i / columns] = values[i];
    }
    return turned;
  }

  /** Numbers that are there. */
  record Given(List<Integer> dims, float[] values) implements Weight {
    public Given {
      if (dims.stream().reduce(1, Math::multiplyExact) != values.length) {
        throw new IllegalArgumentException(values.length + " values do not fill " + dims);
      }
    }

    @Override
    public Weight transpose() {
      return new Given(List.of(dims.get(1), dims.get(0)), swapped(values, dims.get(1)));
    }

    @Override
    public Draw draw() {
      int[] at = {0};
      return () -> values[at[0]++];
    }
  }

  /**
   * Roughly normal random numbers, kept as the recipe that draws them.
   *
   * @param mean what the numbers scatter around
   * @param spread their standard deviation
   * @param seed draws the same numbers every time
   * @param turned whether the numbers are those of the same recipe with {@code dims} swapped,
   *     transposed
   */
  record Random(List<Integer> dims, double mean, double spread, long seed, boolean turned)
      implements Weight {
    // The sum of four uniform 16-bit numbers: near enough to normal, and the same on every machine,
    // as no library function takes part.
    private static final double SUM_MEAN = 4 * 65535 / 2.0;
    private static final double SUM_SPREAD = 65536 / Math.sqrt(3);

    @Override
    public Weight transpose() {
      return new Random(List.of(dims.get(1), dims.get(0)), mean, spread, seed, !turned);
    }

    @Override
    public Draw draw() {
      var random = new SplittableRandom(seed);
      return () -> (float) (mean + spread * normal(random.nextLong()));
    }

    @Override
    public float[] values() {
      float[] values = new float[size()];
      Draw draw = draw();
      for (int i = 0; i < values.length; i++) {
        values[i] = draw.next();
      }
      return turned ? swapped(values, dims.get(0)) : values;
    }

    private static double normal(long bits) {
      long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
      return (sum - SUM_MEAN) / SUM_SPREAD;
    }
  }
}
