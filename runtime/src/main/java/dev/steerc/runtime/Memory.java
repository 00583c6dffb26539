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
  private Memory() {}

  /**
   * Refuses a run whose scores and attention alone exceed the memory of the machine.
   *
   * @param rows of the batch
   * @param columns the tokens of each row
   */
  static void check(Object model, long rows, long columns, long vocabulary) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double scores = 4.0 * rows * columns * vocabulary;
    double attention = 4.0 * rows * columns * columns;
    double there = system.getTotalMemorySize();
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

  static Problem exhausted(Object model) {
    return Problem.of(Code.OUT_OF_MEMORY, "the run needs more memory than there is")
        .at(model)
        .help("run fewer or shorter prompts at once");
  }
}
