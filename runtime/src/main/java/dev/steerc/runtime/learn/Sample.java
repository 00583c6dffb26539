package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Rows with labels, and what every method wants to know of them.
 *
 * @param means the mean of each class [classes, width], over the rows that are not held out
 * @param counts how many those are of each class, 1 at least
 * @param heldOut how many rows are held out
 * @param typical the mean length of all rows
 */
record Sample(LabelledRows rows, double[][] means, long[] counts, long heldOut, double typical) {
  /** A direction that is shorter than this part of the rows is what rounding made of nothing. */
  private static final double NOTHING = 1e-7;

  /**
   * Goes through the rows once.
   *
   * @throws dev.steerc.problem.SteercException when they are not finite or a class has none
   */
  static Sample of(LabelledRows rows) {
    Moments moments = new Moments(rows.width(), rows.classes());
    double[] sums = rows.sum(Part.ALL, moments.size(), moments);
    if (sums[moments.unusable()] > 0) {
      throw notFinite(rows);
    }
    long[] counts = moments.counts(sums);
    long heldOut = (long) sums[moments.heldOut()];
    long all = heldOut + LongStream.of(counts).sum();
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] == 0) {
        throw Problem.of(Code.NOT_LEARNABLE, "no row of class " + c + " is there to learn from")
            .note(all + " rows, " + heldOut + " of them held out")
            .help("pass more texts of each kind, or hold fewer out")
            .exception();
      }
    }
    double typical = sums[moments.lengths()] / all;
    return new Sample(rows, moments.means(sums), counts, heldOut, typical);
  }

  private static RuntimeException notFinite(LabelledRows rows) {
    double[] numbers = rows.each(Part.ALL, 2, Moments::readUnusable);
    int at = 0;
    while (numbers[at] == 0) {
      at += 2;
    }
    String which = "row " + (long) numbers[at + 1];
    return Problem.of(Code.ACTIVATIONS_NOT_FINITE, which + " has NaN or infinity in it")
        .help("capture the activations again, from a model that computes finite numbers")
        .exception();
  }

  int width() {
    return rows.width();
  }

  /** How many rows are learned from. */
  long learned() {
    return LongStream.of(counts).sum();
  }

  /** Adds up over the rows that are learned from. */
  double[] learn(int size, Pass pass) {
    return rows.sum(Part.LEARNED, size, pass);
  }

  /** Some numbers of each row that judges: those that are held out do, and all where none are. */
  double[] judge(int size, Reading reading) {
    return rows.each(heldOut > 0 ? Part.HELD_OUT : Part.ALL, size, reading);
  }

  /** The classes to tell from the rest; of two, the second says as much as the first. */
  IntStream toTell() {
    return IntStream.range(rows.classes() == 2 ? 1 : 0, rows.classes());
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
