package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.bench.Machine;
import dev.steerc.runtime.bench.ProcessCost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What {@code steerc bench patch} says it measured.
 *
 * @param size of the model, in bytes
 * @param costs of each round, by row
 */
record PatchBenchReport(
    Path model, long size, Machine machine, Map<String, List<ProcessCost>> costs) {

  private static final List<String> COMPARED =
      List.of(PatchBench.PATCH, PatchBench.THIN, PatchBench.PYTHON);

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%s: %.0f MB, on %d cores, %d MiB, Java %s",
            model.getFileName(),
            size / 1e6,
            machine.cores(),
            machine.memory() >> 20,
            machine.java()));
    Table table = new Table("medians", "seconds", "CPU", "peak MB", "time / cp", "CPU / cp");
    for (String row : costs.keySet()) {
      boolean isSame = COMPARED.contains(row);
      table.row(
          row,
          text("%.3f", wall(row)),
          text("%.3f", cpu(row)),
          text("%.0f", memory(row) / 1e6),
          isSame ? text("%.2f", wall(row) / wall(PatchBench.COPY)) : "",
          isSame ? text("%.2f", cpu(row) / cpu(PatchBench.COPY)) : "");
    }
    lines.addAll(table.lines(style));
    if (costs.containsKey(PatchBench.THIN)) {
      lines.add(
          style.faint("  --thin: with the original's SHA-256 on record; the first patch reads"));
      lines.add(style.faint("  the whole file for it"));
    }
    if (!costs.containsKey(PatchBench.PYTHON)) {
      lines.add("left out: " + PatchBench.PYTHON + "; on Debian it is the package python3-onnx");
    }
    return lines;
  }

  private double wall(String row) {
    return median(row, ProcessCost::wall);
  }

  private double cpu(String row) {
    return median(row, cost -> cost.cpu().orElse(Double.NaN));
  }

  private double memory(String row) {
    return median(row, cost -> cost.memory().orElse(0));
  }

  /** Not a number for a row that is left out. */
  private double median(String row, ToDoubleFunction<ProcessCost> what) {
    double[] sorted =
        costs.getOrDefault(row, List.of()).stream().mapToDouble(what).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length == 0
        ? Double.NaN
        : sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static String text(String pattern, double value) {
    return Double.isNaN(value) ? "-" : format(pattern, value);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  String json() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String row : costs.keySet()) {
      rows.add(
          Json.object(
              "name", row,
              "seconds", wall(row),
              "cpu_seconds", known(cpu(row)),
              "peak_resident", (long) memory(row),
              "runs", costs.get(row).size()));
    }
    return Json.write(
        Json.object(
            "model", model.getFileName(),
            "bytes", size,
            "cores", machine.cores(),
            "memory", machine.memory(),
            "java", machine.java(),
            "rows", rows));
  }

  private static Object known(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
