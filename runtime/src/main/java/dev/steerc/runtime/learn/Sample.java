package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.capture.Rows;
import java.util.function.Consumer;

/**
 * Rows with labels, and what every method wants to know of them.
 *
 * @param means the mean of each class [classes, width], over the rows that are not held out
 * @param counts how many those are of each class, 1 at least
 * @param typical the mean length of all rows
 */
record Sample(Rows rows, Labels labels, double[][] means, long[] counts, double typical) {
  /** A direction that is shorter than this part of the rows is what rounding made of nothing. */
  private static final double NOTHING = 1e-7;

  /**
   * Goes through the rows once.
   *
   * @throws dev.steerc.problem.SteercException when they are not finite or a class has none
   */
  static Sample of(Rows rows, Labels labels) {
    if (rows.count() != labels.count()) {
      throw new IllegalArgumentException(rows.count() + " rows, " + labels.count() + " labels");
    }
    Sums sums = new Sums(rows.width(), labels);
    Block.forEach(rows, row -> true, sums::add);
    for (int c = 0; c < labels.classes(); c++) {
      if (sums.counts[c] == 0) {
        throw Problem.of(Code.NOT_LEARNABLE, "no row of class " + c + " is there to learn from")
            .note(labels.count() + " rows, " + labels.heldOut().cardinality() + " of them held out")
            .help("pass more texts of each kind, or hold fewer out")
            .exception();
      }
    }
    return new Sample(
        rows, labels, sums.means(), sums.counts, sums.lengths / Math.max(1, labels.count()));
  }

  /** What is added up on the way through the rows. */
  private static final class Sums {
    private final int width;
    private final Labels labels;
    private final double[] sums;
    private final long[] counts;
    private final double[] weights;
    private double lengths;

    Sums(int width, Labels labels) {
      this.width = width;
      this.labels = labels;
      sums = new double[labels.classes() * width];
      counts = new long[labels.classes()];
      weights = new double[Block.MOST * labels.classes()];
    }

    void add(Block block) {
      int classes = labels.classes();
      for (int row = 0; row < block.rows(); row++) {
        double squares = block.squares(row);
        checkFinite(squares, block.index(row));
        lengths += Math.sqrt(squares);
        int of = labels.of()[block.index(row)];
        int counted = labels.learnsFrom(block.index(row)) ? 1 : 0;
        counts[of] += counted;
        for (int c = 0; c < classes; c++) {
          weights[row * classes + c] = c == of ? counted : 0;
        }
      }
      // block by block, so that a sum over millions of rows rounds no more than one over thousands
      double[] part = new double[sums.length];
      block.addWeighted(weights, classes, part);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += part[i];
      }
    }

    private static void checkFinite(double squares, int row) {
      if (!(squares < Double.POSITIVE_INFINITY)) {
        throw Problem.of(Code.ACTIVATIONS_NOT_FINITE, "row " + row + " has NaN or infinity in it")
            .help("capture the activations again, from a model that computes finite numbers")
            .exception();
      }
    }

    double[][] means() {
      double[][] means = new double[counts.length][width];
      for (int c = 0; c < means.length; c++) {
        for (int i = 0; i < width; i++) {
          means[c][i] = sums[c * width + i] / counts[c];
        }
      }
      return means;
    }
  }

  int width() {
    return rows.width();
  }

  /** How many rows are learned from. */
  long learned() {
    return labels.count() - labels.heldOut().cardinality();
  }

  /** Goes through the rows that are learned from. */
  void learn(Consumer<Block> action) {
    Block.forEach(rows, labels::learnsFrom, action);
  }

  /** Goes through the rows that judge. */
  void judge(Consumer<Block> action) {
    Block.forEach(rows, labels::judges, action);
  }

  /** The mean of the rows that are learned from. */
  double[] mean() {
    return meanBut(-1);
  }

  /** The mean of a class less that of all other rows. */
  double[] difference(int positive) {
    return Doubles.minus(means[positive], meanBut(positive));
  }

  /** The middle between the mean of a class and that of all other rows. */
  double[] middle(int positive) {
    return Doubles.plus(meanBut(positive), 0.5, difference(positive));
  }

  private double[] meanBut(int without) {
    long count = learned() - (without < 0 ? 0 : counts[without]);
    double[] mean = new double[width()];
    for (int c = 0; c < means.length; c++) {
      if (c != without) {
        mean = Doubles.plus(mean, (double) counts[c] / count, means[c]);
      }
    }
    return mean;
  }

  /** Whether a difference between rows is no more than rounding makes. */
  boolean isNothing(double[] difference) {
    return Doubles.norm(difference) <= NOTHING * typical;
  }

  /** The problem of a method that wants something else. */
  static RuntimeException unfit(Method method, String what, String note) {
    return Problem.of(Code.NOT_LEARNABLE, "`" + method.label() + "` " + what)
        .note(note)
        .help("`diffmean` learns from all texts of two kinds, and `leace` from those of more")
        .exception();
  }
}
