package dev.steerc.spark.cost;

import dev.steerc.manifest.Json;
import dev.steerc.spark.ship.Executor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkContext;

/**
 * What a job took, for people and programs.
 *
 * @param costs by executor
 * @param seconds how long the job ran
 * @param tasks how many tasks ran at once
 * @param cores how many cores each of them had
 */
public record CostReport(Map<String, Cost> costs, double seconds, int tasks, int cores) {
  private static final double NANOS = 1e9;
  private static final double MILLION = 1e6;
  private static final double HOUR = 3600;

  /** Fewer rows tell more of the start of a job than of its rows. */
  private static final long ENOUGH = 1000;

  /**
   * Of a job that is over.
   *
   * @param start when it began, by {@link System#nanoTime}
   */
  public static CostReport of(SparkContext spark, Costs costs, long start) {
    return of(spark, costs, (System.nanoTime() - start) / NANOS);
  }

  /** Of a job that took so many seconds. */
  public static CostReport of(SparkContext spark, Costs costs, double seconds) {
    int cores = Executor.threads();
    int tasks = Math.max(1, spark.defaultParallelism() / cores);
    return new CostReport(costs.value(), seconds, tasks, cores);
  }

  /** How many rows there were. */
  public long rows() {
    return total().rows();
  }

  /** A table with a line for each executor, and what a million rows would take. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            "  %-10s %10s %8s %12s %12s %10s %12s",
            "executor", "rows", "failed", "tokens read", "generated", "task s", "tokens/s"));
    costs.forEach((executor, cost) -> lines.add(line(executor, cost)));
    Cost total = total();
    if (costs.size() > 1) {
      lines.add(line("all", total));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "%d rows in %.1f s with %d %s%s",
            total.rows(),
            seconds,
            tasks,
            tasks == 1 ? "task" : "tasks at once",
            total.rows() >= ENOUGH ? million(total) : ""));
    return lines;
  }

  private String million(Cost total) {
    return String.format(
        Locale.ROOT,
        "; a million would take %.2f h so, %.1f core hours",
        MILLION / total.rows() * seconds / HOUR,
        coreHoursPerMillion());
  }

  private static String line(String executor, Cost cost) {
    double seconds = cost.nanos() / NANOS;
    return String.format(
        Locale.ROOT,
        "  %-10s %10d %8d %12d %12d %10.1f %12.0f",
        executor,
        cost.rows(),
        cost.failed(),
        cost.read(),
        cost.written(),
        seconds,
        (cost.read() + cost.written()) / Math.max(1e-9, seconds));
  }

  private Cost total() {
    return costs.values().stream().reduce(Cost.NONE, Cost::plus);
  }

  private double coreHoursPerMillion() {
    Cost total = total();
    return MILLION / total.rows() * cores * total.nanos() / NANOS / HOUR;
  }

  /** The same for {@code --json}. */
  public Map<String, Object> toMap() {
    Map<String, Object> executors = new LinkedHashMap<>();
    costs.forEach((executor, cost) -> executors.put(executor, map(cost)));
    Map<String, Object> map = map(total());
    map.put("seconds", seconds);
    map.put("tasks_at_once", tasks);
    map.put("core_hours_per_million_rows", total().rows() > 0 ? coreHoursPerMillion() : null);
    map.put("executors", executors);
    return map;
  }

  private static Map<String, Object> map(Cost cost) {
    return Json.object(
        "rows", cost.rows(),
        "failed", cost.failed(),
        "tokens_read", cost.read(),
        "tokens_generated", cost.written(),
        "task_seconds", cost.nanos() / NANOS,
        "cpu_seconds", cost.cpu() / NANOS);
  }
}
