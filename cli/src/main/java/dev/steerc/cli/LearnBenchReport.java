package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.bench.LearnBench;
import dev.steerc.runtime.bench.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What {@code steerc bench learn} says it measured. */
record LearnBenchReport(LearnBench bench, Machine machine, List<LearnBench.Result> results) {

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%d rows of %d: %d MB, on %d cores, %s, Java %s with a heap of at most %s",
            bench.rows(),
            bench.width(),
            bytes() / 1_000_000,
            machine.cores(),
            mebibytes(machine.memory()),
            machine.java(),
            mebibytes(machine.heap())));
    Table table =
        new Table(
            "method",
            "passes",
            "seconds",
            "rows/s",
            "heap",
            "resident",
            "told apart",
            "left",
            "cosine");
    for (LearnBench.Result result : results) {
      OptionalLong resident = result.resident();
      OptionalDouble left = result.diagnosis().left();
      table.row(
          result.method().label(),
          result.passes(),
          format("%.1f", result.seconds()),
          format("%.0f", rate(result)),
          mebibytes(result.heap()),
          resident.isPresent() ? mebibytes(resident.getAsLong()) : "-",
          format("%.3f", result.diagnosis().separation()),
          left.isPresent() ? format("%.3f", left.getAsDouble()) : "-",
          format("%.4f", result.cosine()));
    }
    lines.addAll(table.lines(style));
    lines.add(
        "heap and resident: the most at any time. told apart: on rows not learned from, where");
    lines.add(
        "0.5 is chance; left: behind the eraser. cosine: with the direction that was planted");
    return lines;
  }

  private long bytes() {
    return 4L * bench.rows() * bench.width();
  }

  private double rate(LearnBench.Result result) {
    return bench.rows() / result.seconds();
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  String json() {
    List<Map<String, Object>> methods = new ArrayList<>();
    for (LearnBench.Result result : results) {
      OptionalLong resident = result.resident();
      OptionalDouble left = result.diagnosis().left();
      methods.add(
          Json.object(
              "method", result.method().label(),
              "passes", result.passes(),
              "seconds", result.seconds(),
              "rows_per_second", rate(result),
              "peak_heap", result.heap(),
              "peak_resident", resident.isPresent() ? resident.getAsLong() : null,
              "separation", result.diagnosis().separation(),
              "left", left.isPresent() ? left.getAsDouble() : null,
              "cosine", result.cosine()));
    }
    return Json.write(
        Json.object(
            "rows", bench.rows(),
            "width", bench.width(),
            "bytes", bytes(),
            "seed", bench.seed(),
            "cores", machine.cores(),
            "memory", machine.memory(),
            "java", machine.java(),
            "max_heap", machine.heap(),
            "methods", methods));
  }
}
