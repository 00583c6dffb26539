package dev.steerc.runtime.learn;

/**
 * The first pass through all rows: for each class the sum of the rows that are learned from
 * [classes, width] and how many those are, then what is said of all.
 */
record Moments(int width, int classes) implements Pass {

  int size() {
    return unusable() + 1;
  }

  private int counts() {
    return classes * width;
  }

  /** Where the number of rows is that are held out. */
  int heldOut() {
    return counts() + classes;
  }

  /** Where the lengths of all rows are added up. */
  int lengths() {
    return heldOut() + 1;
  }

  /** Where the number of rows is that are not finite. */
  int unusable() {
    return lengths() + 1;
  }

  @Override
  public void add(Block block, double[] sums) {
    double[] weights = new double[Block.MOST * classes];
    for (int row = 0; row < block.rows(); row++) {
      double squares = block.squares(row);
      sums[lengths()] += Math.sqrt(squares);
      sums[unusable()] += isFinite(squares) ? 0 : 1;
      if (block.isHeldOut(row)) {
        sums[heldOut()]++;
      } else {
        sums[counts() + block.of(row)]++;
        weights[row * classes + block.of(row)] = 1;
      }
    }
    // block by block, so that a sum over millions of rows rounds no more than one over thousands
    double[] part = new double[classes * width];
    block.addWeighted(weights, classes, part);
    for (int i = 0; i < part.length; i++) {
      sums[i] += part[i];
    }
  }

  private static boolean isFinite(double squares) {
    return squares < Double.POSITIVE_INFINITY;
  }

  /** Writes 1 beside each row that is not finite, and which one it is. */
  static void readUnusable(Block block, double[] numbers) {
    for (int row = 0; row < block.rows(); row++) {
      numbers[2 * row] = isFinite(block.squares(row)) ? 0 : 1;
      numbers[2 * row + 1] = block.index(row);
    }
  }

  long[] counts(double[] sums) {
    long[] counts = new long[classes];
    for (int c = 0; c < classes; c++) {
      counts[c] = (long) sums[counts() + c];
    }
    return counts;
  }

  double[][] means(double[] sums) {
    double[][] means = new double[classes][width];
    for (int c = 0; c < classes; c++) {
      for (int i = 0; i < width; i++) {
        means[c][i] = sums[c * width + i] / sums[counts() + c];
      }
    }
    return means;
  }
}
