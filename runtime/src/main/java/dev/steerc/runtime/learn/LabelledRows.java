package dev.steerc.runtime.learn;

/**
 * The rows of one site and what is known of each, on this machine or on many: learning takes sums
 * over them and a few numbers of each, and never the rows themselves.
 */
public interface LabelledRows {
  /** The elements of a row. */
  int width();

  /** How many classes there are, 2 at least: 1 has the concept and 0 lacks it. */
  int classes();

  /** Whether the rows are pairs, which lie side by side with the positive one first. */
  boolean paired();

  /** Adds up over a part of the rows, beginning with zeros. */
  double[] sum(Part part, int size, Pass pass);

  /**
   * So many numbers of each row of a part, one row behind the other.
   *
   * @return [rows, size]; both rows of a pair stay side by side
   */
  double[] each(Part part, int size, Reading reading);

  /**
   * The rows themselves.
   *
   * @throws dev.steerc.problem.SteercException when they are not on this machine
   */
  LocalRows here();
}
