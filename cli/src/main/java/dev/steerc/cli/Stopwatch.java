package dev.steerc.cli;

import dev.steerc.manifest.Json;
import java.util.Locale;
import java.util.Map;

/** How long loading and generating took. */
final class Stopwatch {
  private final long start = System.nanoTime();
  private long loaded = start;
  private long first;
  private long last;
  private int tokens;

  void loaded() {
    loaded = System.nanoTime();
  }

  void token() {
    last = System.nanoTime();
    first = tokens++ == 0 ? last : first;
  }

  private double seconds(long from, long to) {
    return Math.max(0, to - from) / 1e9;
  }

  private double perSecond() {
    return tokens == 0 ? 0 : tokens / Math.max(1e-9, seconds(loaded, last));
  }

  /** One line for a person. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%d token%s in %.2f s: %.1f tokens/s, the first after %.3f s",
        tokens,
        tokens == 1 ? "" : "s",
        seconds(loaded, last),
        perSecond(),
        seconds(loaded, first));
  }

  /** How long opening the model took. */
  String opening() {
    return String.format(Locale.ROOT, "opened in %.2f s", seconds(start, loaded));
  }

  Map<String, Object> toMap() {
    return Json.object(
        "load_ms",
        Math.round(1000 * seconds(start, loaded)),
        "first_token_ms",
        1000 * seconds(loaded, first),
        "total_ms",
        1000 * seconds(loaded, last),
        "tokens",
        tokens,
        "tokens_per_second",
        perSecond());
  }
}
