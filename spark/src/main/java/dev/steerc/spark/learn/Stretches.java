package dev.steerc.spark.learn;

import org.apache.spark.Partitioner;

/** Partitions of so many successive numbers each. */
final class Stretches extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int parts;
  private final long size;

  private Stretches(int parts, long size) {
    this.parts = parts;
    this.size = size;
  }

  /**
   * The partitions of the numbers below some.
   *
   * @param size how many each has; the last may have fewer
   */
  static Stretches of(long count, long size) {
    return new Stretches(Math.toIntExact(Math.max(1, (count + size - 1) / size)), size);
  }

  /** As many partitions of so many numbers for each one here. */
  Stretches times(int numbers) {
    return new Stretches(parts, numbers * size);
  }

  @Override
  public int numPartitions() {
    return parts;
  }

  @Override
  public int getPartition(Object number) {
    return Math.toIntExact((Long) number / size);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Stretches that && that.parts == parts && that.size == size;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * size + parts);
  }
}
