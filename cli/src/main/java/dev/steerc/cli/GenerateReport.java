package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.runtime.bulk.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code steerc generate} says it did.
 *
 * @param failed how many rows failed, by their problems
 * @param seconds from the first row to the last, the opening of the model aside
 */
record GenerateReport(String output, Counts counts, Map<Code, Long> failed, double seconds) {
  private static final long TELLING = 100; // of fewer rows the start takes most of the time
  private static final double MILLION = 1e6;
  private static final double HOUR = 3600;
  private static final double NANOS = 1e9;

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %s in %.2f s, read %s, generated %d: %.0f tokens/s",
            style.bold(output),
            CaptureReport.count(counts.rows(), "row"),
            seconds,
            CaptureReport.count(counts.promptTokens(), "token"),
            counts.tokens(),
            perSecond(counts.tokens())));
    if (counts.rows() >= TELLING) {
      lines.add(String.format(Locale.ROOT, "a million rows would take %.2f h so", hours()));
    }
    return lines;
  }

  /** Says which rows failed; nothing when none did. */
  List<String> warnings() {
    if (failed.isEmpty()) {
      return List.of();
    }
    String codes =
        slugs().entrySet().stream()
            .map(code -> code.getValue() + " " + code.getKey())
            .collect(Collectors.joining(", "));
    return List.of(counts.failed() + " of " + counts.rows() + " rows failed: " + codes);
  }

  private Map<String, Long> slugs() {
    Map<String, Long> slugs = new TreeMap<>();
    failed.forEach((code, rows) -> slugs.put(code.slug(), rows));
    return slugs;
  }

  private double perSecond(long some) {
    return some / Math.max(1e-9, seconds);
  }

  private double hours() {
    return MILLION / perSecond(counts.rows()) / HOUR;
  }

  Map<String, Object> toMap() {
    return Json.object(
        "output", output,
        "rows", counts.rows(),
        "failed", counts.failed(),
        "problems", slugs(),
        "prompt_tokens", counts.promptTokens(),
        "tokens", counts.tokens(),
        "seconds", seconds,
        "engine_seconds", counts.engineNanos() / NANOS,
        "tokens_per_second", perSecond(counts.tokens()),
        "hours_per_million_rows", counts.rows() > 0 ? hours() : null);
  }
}
