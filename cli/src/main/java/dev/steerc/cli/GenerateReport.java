package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.bulk.Counts;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run over many rows did, and what more of them would take.
 *
 * @param failures how many rows failed, by the code of their problem
 * @param seconds from the first row to the last
 */
record GenerateReport(Counts counts, Map<String, Long> failures, double seconds) {
  private static final long MANY = 1_000_000;

  List<String> lines(Style style) {
    Table table =
        new Table("rows", "failed", "prompt tokens", "tokens", "seconds", "tokens/s", "10^6 rows");
    table.row(
        counts.rows(),
        counts.failed(),
        counts.promptTokens(),
        counts.tokens(),
        String.format(Locale.ROOT, "%.1f", seconds),
        String.format(Locale.ROOT, "%.0f", perSecond()),
        counts.rows() == 0 ? "" : duration(secondsOfMany()));
    return table.lines(style);
  }

  /** One line for all rows that failed. */
  String warning() {
    String codes =
        String.join(
            ", ", failures.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    return counts.failed() + " of " + counts.rows() + " rows failed: " + codes;
  }

  Map<String, Object> toMap(String output) {
    return Json.object(
        "output",
        output,
        "rows",
        counts.rows(),
        "failed",
        counts.failed(),
        "failures",
        failures,
        "prompt_tokens",
        counts.promptTokens(),
        "tokens",
        counts.tokens(),
        "seconds",
        seconds,
        "engine_seconds",
        counts.engineNanos() / 1e9,
        "tokens_per_second",
        perSecond(),
        "seconds_per_million_rows",
        counts.rows() == 0 ? null : secondsOfMany());
  }

  private double perSecond() {
    return counts.tokens() / Math.max(1e-9, seconds);
  }

  private double secondsOfMany() {
    return seconds / counts.rows() * MANY;
  }

  private static String duration(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    if (time.toHours() > 48) {
      return time.toDays() + " days";
    }
    return time.toHours() + " h " + time.toMinutesPart() + " min";
  }
}
