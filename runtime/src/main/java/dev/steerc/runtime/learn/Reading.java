package dev.steerc.runtime.learn;

import java.io.Serializable;

/** Some numbers of each row. Like a {@link Pass} it goes to the rows. */
public interface Reading extends Serializable {
  /**
   * Writes the numbers of some rows.
   *
   * @param block its own to change until it returns; of pairs, none is torn
   * @param numbers [rows, size], all 0
   */
  void read(Block block, double[] numbers);
}
