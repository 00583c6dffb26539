package dev.steerc.runtime;

import java.util.Arrays;

/**
 * The next tokens of some rows, behind those in the cache.
 *
 * @param ids [rows][columns], padded at the left
 * @param padding how many columns at the left of each row's sequence are padding
 * @param lengths how many tokens each row is to run; one that ended stays at its last position
 * @param first the columns that are in the cache already
 */
record Columns(long[][] ids, int[] padding, int[] lengths, int first) {

  int rows() {
    return ids.length;
  }

  int width() {
    return ids[0].length;
  }

  /** The same with more columns at the right, which no earlier token looks at. */
  Columns widened(int width) {
    long[][] wide = new long[ids.length][];
    Arrays.setAll(wide, row -> Arrays.copyOf(ids[row], width));
    return new Columns(wide, padding, lengths, first);
  }

  /** What an input of that role is fed at a place. */
  long at(InputRole role, int row, int column) {
    return switch (role) {
      case IDS -> ids[row][column];
      case MASK -> column >= padding[row] ? 1 : 0;
      case POSITIONS -> Math.max(0, Math.min(first + column - padding[row], lengths[row] - 1));
      default -> 0;
    };
  }
}
