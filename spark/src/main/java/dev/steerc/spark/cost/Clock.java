package dev.steerc.spark.cost;

import java.lang.management.ManagementFactory;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** Measures a task from here to its end, and adds what it took to the costs of its executor. */
public final class Clock {
  private final Costs costs;
  private final long start = System.nanoTime();
  private final long cpu = cpu();
  private Cost counted = Cost.NONE;

  private Clock(Costs costs) {
    this.costs = costs;
  }

  /** Begins to measure the task that this thread runs. */
  public static Clock forTask(Costs costs) {
    Clock clock = new Clock(costs);
    TaskCompletionListener end = context -> clock.stop();
    TaskContext.get().addTaskCompletionListener(end);
    return clock;
  }

  /** Some rows are done. */
  public void count(long rows, long failed, long read, long written) {
    counted = counted.plus(new Cost(rows, failed, read, written, 0, 0));
  }

  private void stop() {
    Cost time = new Cost(0, 0, 0, 0, System.nanoTime() - start, cpu() - cpu);
    costs.add(Map.entry(SparkEnv.get().executorId(), counted.plus(time)));
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
