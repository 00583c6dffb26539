package dev.steerc.runtime.learn;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Some rows in double precision, and the sums of products that learning is made of.
 *
 * <p>Rows come in blocks, so that each is fetched once for many products. Every element of a sum is
 * added up by one thread in the order of the rows: any number of threads gives the same bytes.
 */
public final class Block {
  /**
   * The most rows of a block; even, so that pairs stay together, and divisible by {@link #STEP}.
   */
  static final int MOST = 128;

  /** Rows that one loop takes at once. */
  private static final int STEP = 4;

  /** Columns that one thread takes at once: they and their sums stay in its nearest cache. */
  private static final int COLUMNS = 256;

  private final int width;
  private final double[] values;
  private final long[] indices = new long[MOST];
  private final int[] of = new int[MOST];
  private final boolean[] heldOut = new boolean[MOST];
  private int rows;

  private Block(int width) {
    this.width = width;
    this.values = new double[MOST * width];
  }

  /**
   * Goes through a part of the rows.
   *
   * @param action takes a block, which is its own to change until it returns
   */
  static void forEach(Stretch rows, Part part, Consumer<Block> action) {
    Block block = new Block(rows.width());
    rows.walk()
        .forEach(
            (index, of, heldOut, row) -> {
              if (part.has(heldOut)) {
                block.add(index, of, heldOut, row);
                if (block.rows == MOST) {
                  action.accept(block);
                  block.rows = 0;
                }
              }
            });
    if (block.rows > 0) {
      block.pad();
      action.accept(block);
    }
  }

  private void add(long index, int of, boolean heldOut, float[] row) {
    int at = rows * width;
    for (int i = 0; i < width; i++) {
      values[at + i] = row[i];
    }
    indices[rows] = index;
    this.of[rows] = of;
    this.heldOut[rows++] = heldOut;
  }

  /** Clears what the loops would read behind the last row. */
  private void pad() {
    int padded = (rows + STEP - 1) / STEP * STEP;
    Arrays.fill(values, rows * width, padded * width, 0);
  }

  int rows() {
    return rows;
  }

  /** Which of all rows one of these is. */
  long index(int row) {
    return indices[row];
  }

  /** The class of a row. */
  int of(int row) {
    return of[row];
  }

  boolean isHeldOut(int row) {
    return heldOut[row];
  }

  /** Subtracts a vector from each row. */
  void center(double[] mean) {
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      for (int i = 0; i < width; i++) {
        values[at + i] -= mean[i];
      }
    }
  }

  /** Subtracts a vector from each row and multiplies by another, element by element. */
  void standardise(double[] mean, double[] scale) {
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      for (int i = 0; i < width; i++) {
        values[at + i] = (values[at + i] - mean[i]) * scale[i];
      }
    }
  }

  /** Replaces each two rows by the first less the second. */
  void differences() {
    for (int row = 0; row + 1 < rows; row += 2) {
      int to = row / 2 * width;
      int from = row * width;
      for (int i = 0; i < width; i++) {
        values[to + i] = values[from + i] - values[from + width + i];
      }
    }
    rows /= 2;
    pad();
  }

  /** The squared length of a row. */
  double squares(int row) {
    double sum = 0;
    for (int i = row * width; i < (row + 1) * width; i++) {
      sum += values[i] * values[i];
    }
    return sum;
  }

  /** Adds the squares of all rows to sums [width]. */
  void addSquares(double[] sums) {
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      for (int i = 0; i < width; i++) {
        sums[i] += values[at + i] * values[at + i];
      }
    }
  }

  /**
   * The dot products of the rows with some vectors.
   *
   * @param vectors [count, width]
   * @param products [MOST, count], of which the first rows are set
   */
  void times(double[] vectors, int count, double[] products) {
    IntStream.range(0, (rows + STEP - 1) / STEP)
        .parallel()
        .forEach(
            step -> {
              for (int vector = 0; vector < count; vector++) {
                dot(step * STEP, vectors, vector, count, products);
              }
            });
  }

  private void dot(int row, double[] vectors, int vector, int count, double[] products) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int at = row * width;
    int from = vector * width;
    for (int i = 0; i < width; i++, at++) {
      double v = vectors[from + i];
      a += v * values[at];
      b += v * values[at + width];
      c += v * values[at + 2 * width];
      d += v * values[at + 3 * width];
    }
    products[row * count + vector] = a;
    products[(row + 1) * count + vector] = b;
    products[(row + 2) * count + vector] = c;
    products[(row + 3) * count + vector] = d;
  }

  /**
   * Adds weighted rows up: each sum s grows by the sum over rows r of weight[r, s] times row r.
   *
   * @param weights [MOST, count]
   * @param sums [count, width]
   */
  void addWeighted(double[] weights, int count, double[] sums) {
    addProducts(weights, count, sums, false);
  }

  /** Adds the products of the rows' elements to the upper triangle of sums [width, width]. */
  void addOuter(double[] sums) {
    addProducts(values, width, sums, true);
  }

  private void addProducts(double[] weights, int count, double[] sums, boolean upper) {
    int parts = (width + COLUMNS - 1) / COLUMNS;
    IntStream.range(0, count * parts)
        .parallel()
        .forEach(
            task -> {
              int sum = task / parts;
              int part = task % parts * COLUMNS;
              int from = upper ? Math.max(sum, part) : part;
              int end = Math.min(width, part + COLUMNS);
              for (int row = 0; row < rows && from < end; row += STEP) {
                add(row, weights, row * count + sum, count, sums, sum * width, from, end);
              }
            });
  }

  private void add(
      int row, double[] weights, int w, int count, double[] sums, int sum, int from, int end) {
    double a = weights[w];
    double b = weights[w + count];
    double c = weights[w + 2 * count];
    double d = weights[w + 3 * count];
    int at = row * width + from;
    for (int i = sum + from; i < sum + end; i++, at++) {
      sums[i] +=
          a * values[at]
              + b * values[at + width]
              + (c * values[at + 2 * width] + d * values[at + 3 * width]);
    }
  }
}
