package dev.steerc.runtime.steering;

import dev.steerc.runtime.format.Floats;

/**
 * The tensors of y = x + ((x·R + b)∘g)·W, less the gain, which is the strength.
 *
 * @param rank the number of directions
 * @param read R [hidden, rank], row-major
 * @param bias b [rank]
 * @param write W [rank, hidden], row-major
 */
record Projection(int rank, float[] read, float[] bias, float[] write) {
  /** The share of a vector below which what is left of it is rounding. */
  static final double PARALLEL = 1e-6;

  int width() {
    return write.length / rank;
  }

  /** The edit that says just this. */
  Edit.LowRank lowRank() {
    return new Edit.LowRank(
        new Floats(new long[] {width(), rank}, read),
        new Floats(new long[] {rank}, bias),
        new Floats(new long[] {rank, width()}, write));
  }

  /** Reads {@code sign} times the part along a unit direction, adds, and writes along it. */
  static Projection along(float[] unit, double sign, double bias, double factor) {
    float[] read = scaled(unit, sign);
    return new Projection(1, read, new float[] {(float) bias}, scaled(unit, factor));
  }

  /** A rotation in the plane that two directions span; of NaN when they span none. */
  static Projection rotation(Floats from, Floats to, double angle) {
    int width = from.width();
    double[] first = new double[width];
    double[] second = new double[width];
    double along = 0;
    for (int i = 0; i < width; i++) {
      first[i] = from.values()[i] / Edits.norm(from);
      along += first[i] * to.values()[i];
    }
    double squares = 0;
    for (int i = 0; i < width; i++) {
      second[i] = to.values()[i] - along * first[i];
      squares += second[i] * second[i];
    }
    double across = Math.sqrt(squares);
    // what is left of parallel vectors is the rounding of their float32 elements
    double length = across > PARALLEL * Edits.norm(to) ? across : Double.NaN;
    float[] read = new float[2 * width];
    float[] write = new float[2 * width];
    for (int i = 0; i < width; i++) {
      second[i] /= length;
      read[2 * i] = (float) first[i];
      read[2 * i + 1] = (float) second[i];
      write[i] = (float) ((Math.cos(angle) - 1) * first[i] + Math.sin(angle) * second[i]);
      write[width + i] = (float) ((Math.cos(angle) - 1) * second[i] - Math.sin(angle) * first[i]);
    }
    return new Projection(2, read, new float[2], write);
  }

  /** A vector of length 1 in the same direction; of NaN when there is no direction. */
  static float[] unit(Floats vector) {
    return scaled(vector.values(), 1 / Edits.norm(vector));
  }

  private static float[] scaled(float[] vector, double factor) {
    float[] scaled = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      scaled[i] = (float) (vector[i] * factor);
    }
    return scaled;
  }
}
