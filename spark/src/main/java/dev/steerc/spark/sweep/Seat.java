package dev.steerc.spark.sweep;

import dev.steerc.runtime.measure.Part;
import java.io.Serializable;

/**
 * A sitting in a form that travels.
 *
 * @param place its number in the grid; -1 for the model as it is
 */
record Seat(int place, double strength, Part part) implements Serializable {
  static final int PLAIN = -1;
}
