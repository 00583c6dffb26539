package dev.steerc.runtime.learn;

import java.util.BitSet;

/**
 * What is known of the rows of activations.
 *
 * @param of the class of each row: 1 has the concept and 0 lacks it; more classes for several
 *     concepts at once
 * @param classes how many there are, 2 at least
 * @param paired whether the rows 2i and 2i + 1 are the positive and the negative text of a pair
 * @param heldOut the rows that nothing is learned from and that judge what was learned; both rows
 *     of a pair or none
 */
public record Labels(int[] of, int classes, boolean paired, BitSet heldOut) {

  public Labels {
    if (classes < 2) {
      throw new IllegalArgumentException("classes: " + classes);
    }
    if (heldOut.length() > of.length) {
      throw new IllegalArgumentException("held out: " + heldOut + " of " + of.length);
    }
    for (int row = 0; row < of.length; row++) {
      if (of[row] < 0 || of[row] >= classes) {
        throw new IllegalArgumentException("row " + row + " is of class " + of[row]);
      }
      if (paired && !isInPair(of, row, heldOut)) {
        throw new IllegalArgumentException("row " + row + " has no twin");
      }
    }
  }

  private static boolean isInPair(int[] of, int row, BitSet heldOut) {
    int twin = row ^ 1;
    return twin < of.length && of[row] == twin % 2 && heldOut.get(row) == heldOut.get(twin);
  }

  /**
   * The labels of pairs, whose rows lie side by side, the positive one first.
   *
   * @param heldOut the indices of the pairs that are held out, as {@link Split} gives them
   */
  public static Labels ofPairs(int pairs, BitSet heldOut) {
    int[] of = new int[2 * pairs];
    BitSet rows = new BitSet();
    for (int pair = 0; pair < pairs; pair++) {
      of[2 * pair] = 1;
      rows.set(2 * pair, 2 * pair + 2, heldOut.get(pair));
    }
    return new Labels(of, 2, true, rows);
  }

  /** The number of rows. */
  public int count() {
    return of.length;
  }
}
