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
  }

  /** The number of rows. */
  public int count() {
    return of.length;
  }
}
