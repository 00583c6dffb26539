package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Captured;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code steerc capture} says it did. */
record CaptureReport(Captured captured) {

  List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %s, %s at %s, %.1f MB",
            style.bold(captured.folder().toString()),
            count(captured.texts(), "text"),
            count(captured.rows(), "row"),
            count(captured.sites().size(), "site"),
            captured.bytes() / 1e6));
    lines.addAll(work());
    return lines;
  }

  /** What was done with the texts, and how fast. */
  List<String> work() {
    List<String> lines = new ArrayList<>();
    if (captured.cut() > 0) {
      lines.add(count(captured.cut(), "text") + " too long for the model, cut in front");
    }
    if (captured.found() > 0) {
      lines.add("found " + count(captured.found(), "text") + " there already");
    }
    if (captured.tokens() > 0) {
      lines.add(speed());
    }
    return lines;
  }

  private String speed() {
    return String.format(
        Locale.ROOT,
        "ran %s in %.2f s: %.0f tokens/s",
        count(captured.tokens(), "token"),
        captured.seconds(),
        captured.tokensPerSecond());
  }

  static String count(long n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  Map<String, Object> toMap() {
    return Json.object(
        "folder", captured.folder(),
        "sites", captured.sites().stream().map(Site::path).toList(),
        "texts", captured.texts(),
        "rows", captured.rows(),
        "bytes", captured.bytes(),
        "cut", captured.cut(),
        "found", captured.found(),
        "tokens", captured.tokens(),
        "seconds", captured.seconds(),
        "tokens_per_second", captured.tokensPerSecond());
  }
}
