package dev.steerc.runtime.learn;

import java.io.Serializable;

/**
 * What is added up on the way through rows. It goes to the rows, wherever they lie, so that it has
 * with it all that it needs.
 */
public interface Pass extends Serializable {
  /**
   * Adds some rows.
   *
   * @param block its own to change until it returns; of pairs, none is torn
   * @param sums what was added up so far
   */
  void add(Block block, double[] sums);
}
