package dev.steerc.runtime;

import com.sun.management.OperatingSystemMXBean;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.lang.management.ManagementFactory;

/**
 * Keeps runs that cannot fit from being tried: Linux grants memory that is not there and kills the
 * process later.
 */
final class Memory {
  private static final int MOST_ROWS = 32;
  private static final int MOST_SCORES = 64 << 20; // 256 MiB in float32

  private Memory() {}

  /**
   * Refuses a run whose scores and attention alone exceed the memory of the machine.
   *
   * @param rows of the batch
   * @param columns the tokens of each row
   */
  static void check(Object model, long rows, long columns, long vocabulary) {
    double scores = 4.0 * rows * columns * vocabulary;
    double attention = 4.0 * rows * columns * columns;
    double there = totalBytes();
    if (scores + attention > there || scores > Integer.MAX_VALUE) {
      throw exhausted(model)
          .note(
              String.format(
                  java.util.Locale.ROOT,
                  "the scores of %d rows of %d tokens take %.1f GiB",
                  rows,
                  columns,
                  scores / (1 << 30)))
          .exception();
    }
  }

  /** What the caches of a batch may take, in bytes. */
  static long forCaches() {
    return totalBytes() / 8;
  }

  private static long totalBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  /** How many rows to run at once, so that their scores stay small beside the model. */
  static int atOnce(int columns, int vocabulary) {
    return (int) Math.max(1, Math.min(MOST_ROWS, MOST_SCORES / ((long) columns * vocabulary)));
  }

  static Problem exhausted(Object model) {
    return Problem.of(Code.OUT_OF_MEMORY, "the run needs more memory than there is")
        .at(model)
        .help("run fewer or shorter prompts at once");
  }
}
