package dev.steerc.runtime.bench;

import com.sun.management.ThreadMXBean;
import dev.steerc.runtime.Listener;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Session;
import dev.steerc.runtime.SteeredModel;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * What a step of generation costs beside ONNX Runtime's part of it: medians over the steps behind
 * the first ones, which run prompts and warm up.
 *
 * @param step microseconds that a step took
 * @param engine microseconds of it in ONNX Runtime
 * @param own microseconds of it in the loop: feeding, choosing tokens, text
 * @param bytes that a step put on the heap, the objects that ONNX Runtime hands out included
 */
public record LoopCost(double step, double engine, double own, double bytes) {

  /**
   * Measures one generation of some prompts, which run as one batch.
   *
   * @param prompts with settings that have each go on for that many tokens
   * @param warm how many steps do not count, one at the least
   */
  public static LoopCost of(SteeredModel model, List<Prompt> prompts, int warm) {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[][] seen = new double[4][0];
    try (Session session = model.start(prompts, Listener.NONE)) {
      boolean more = true;
      for (int step = 0; more; step++) {
        long engine = session.engineNanos();
        long bytes = thread.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        more = session.step();
        double whole = (System.nanoTime() - start) / 1e3;
        bytes = thread.getCurrentThreadAllocatedBytes() - bytes;
        double inside = (session.engineNanos() - engine) / 1e3;
        if (step >= Math.max(1, warm)) {
          append(seen, whole, inside, whole - inside, bytes);
        }
      }
    }
    return new LoopCost(median(seen[0]), median(seen[1]), median(seen[2]), median(seen[3]));
  }

  private static void append(double[][] seen, double... values) {
    for (int i = 0; i < seen.length; i++) {
      seen[i] = Arrays.copyOf(seen[i], seen[i].length + 1);
      seen[i][seen[i].length - 1] = values[i];
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
