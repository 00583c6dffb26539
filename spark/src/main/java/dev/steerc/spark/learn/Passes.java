package dev.steerc.spark.learn;

import dev.steerc.manifest.Json;
import java.util.Locale;
import java.util.Map;

/** How often rows were gone through, and what came back. */
public final class Passes {
  private long count;
  private long largest;
  private long numbers;

  /** Counts a pass on which every partition adds so many numbers up. */
  void sum(int size, int partitions) {
    count++;
    largest = Math.max(largest, size);
    numbers += (long) size * partitions;
  }

  /** Counts a pass that reads so many numbers. */
  void each(int size) {
    count++;
    numbers += size;
  }

  /** How many there were, over all sites. */
  public long count() {
    return count;
  }

  /** The most numbers that a partition added up on a pass. */
  public long largest() {
    return largest;
  }

  /** One line for people. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "went %d times through the rows of a site; a part sent %.1f kB at most, all of them %.1f MB",
        count,
        Double.BYTES * largest / 1e3,
        Double.BYTES * numbers / 1e6);
  }

  /** The same for {@code --json}. */
  public Map<String, Object> toMap() {
    return Json.object(
        "count", count,
        "largest_bytes", Double.BYTES * largest,
        "all_bytes", Double.BYTES * numbers);
  }
}
