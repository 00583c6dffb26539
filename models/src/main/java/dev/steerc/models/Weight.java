package dev.steerc.models;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A tensor of roughly normal random numbers, kept as the recipe that draws them.
 *
 * @param dims one or two dimensions
 * @param mean what the numbers scatter around
 * @param spread their standard deviation
 * @param seed draws the same numbers every time
 * @param turned whether the numbers are those of the same recipe with {@code dims} swapped,
 *     transposed
 */
public record Weight(List<Integer> dims, double mean, double spread, long seed, boolean turned) {
  // The sum of four uniform 16-bit numbers: near enough to normal, and the same on every machine,
  // as no library function takes part.
  private static final double SUM_MEAN = 4 * 65535 / 2.0;
  private static final double SUM_SPREAD = 65536 / Math.sqrt(3);

  /** Numbers of this recipe, in row-major order, drawn one at a time. */
  public interface Draw {
    float next();
  }

  static Weight of(double mean, double spread, long seed, Integer... dims) {
    return new Weight(List.of(dims), mean, spread, seed, false);
  }

  /** The number of elements. */
  public int size() {
    return dims.stream().reduce(1, Math::multiplyExact);
  }

  /** The same numbers as a matrix with rows and columns swapped. */
  public Weight transpose() {
    return new Weight(List.of(dims.get(1), dims.get(0)), mean, spread, seed, !turned);
  }

  /** A fresh start of the numbers, ignoring {@code turned}. */
  public Draw draw() {
    var random = new SplittableRandom(seed);
    return () -> (float) (mean + spread * normal(random.nextLong()));
  }

  /** All elements, row-major. */
  public float[] values() {
    var values = new float[size()];
    Draw draw = draw();
    int columns = dims.get(dims.size() - 1);
    int rows = values.length / columns;
    for (int i = 0; i < values.length; i++) {
      values[turned ? (i % rows) * columns + i / rows : i] = draw.next();
    }
    return values;
  }

  private static double normal(long bits) {
    long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return (sum - SUM_MEAN) / SUM_SPREAD;
  }
}
