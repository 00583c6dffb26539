package dev.steerc.runtime.proof;

import dev.steerc.runtime.format.Floats;

/** The largest of several differences, and of the values that they are relative to. */
final class Worst {
  private double difference;
  private double magnitude;

  void add(double distance, double size) {
    // a NaN is worse than any number, and stays
    difference =
        Double.isNaN(difference) || Double.isNaN(distance)
            ? Double.NaN
            : Math.max(difference, distance);
    magnitude = Math.max(magnitude, size);
  }

  void add(Floats expected, Floats measured) {
    add(
        measured == null ? Double.POSITIVE_INFINITY : expected.distance(measured),
        expected.magnitude());
  }

  double difference() {
    return difference;
  }

  double magnitude() {
    return magnitude;
  }
}
