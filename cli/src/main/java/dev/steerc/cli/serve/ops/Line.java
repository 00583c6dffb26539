package dev.steerc.cli.serve.ops;

import dev.steerc.cli.serve.http.Caller;
import dev.steerc.cli.serve.http.Visit;
import dev.steerc.manifest.Json;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.steering.Steering;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request that is over, as the log has it.
 *
 * @param path without the query, which may hold anything
 */
record Line(Visit visit, String method, String path, int status, Duration time) {

  private static final int SHOWN = "sha256:".length() + 12;

  /** As an object. */
  Map<String, Object> fields(boolean texts) {
    List<Completion> done = visit.texts();
    Map<String, Object> fields =
        Json.object(
            "level",
            status >= 500 ? "error" : "info",
            "id",
            visit.id(),
            "caller",
            visit.caller().map(Caller::name),
            "method",
            method,
            "path",
            path,
            "status",
            status,
            "seconds",
            seconds(),
            "prompt_tokens",
            done.isEmpty() ? null : promptTokens(),
            "generated_tokens",
            done.isEmpty() ? null : tokens(),
            "steering",
            done.isEmpty() ? null : steerings(),
            "problem",
            visit.problem().map(problem -> problem.code().slug()),
            "message",
            visit.problem().map(Problem::what));
    if (texts && !done.isEmpty()) {
      fields.put("prompts", visit.prompts());
      fields.put("texts", texts());
    }
    return fields;
  }

  /** As words, where null stands for none. */
  Map<String, Object> words(boolean texts) {
    boolean none = visit.texts().isEmpty();
    Map<String, Object> words =
        Json.object(
            "status",
            status,
            "request",
            method + " " + path,
            "time",
            String.format(Locale.ROOT, "%.3fs", seconds()),
            "tokens",
            none ? null : promptTokens() + "+" + tokens() + " tokens",
            "steering",
            steerings().isEmpty() ? null : shortened(),
            "caller",
            visit.caller().map(Caller::name).orElse("-"),
            "id",
            visit.id(),
            "problem",
            visit.problem().map(Line::said).orElse(null));
    if (texts && !none) {
      words.put("prompts", "prompts " + Json.write(visit.prompts()));
      words.put("texts", "texts " + Json.write(texts()));
    }
    return words;
  }

  private static String said(Problem problem) {
    return "[" + problem.code().slug() + "] " + problem.what();
  }

  private double seconds() {
    return time.toNanos() / 1e9;
  }

  private long promptTokens() {
    return visit.texts().stream().mapToLong(text -> text.prompt().length).sum();
  }

  private long tokens() {
    return visit.texts().stream().mapToLong(text -> text.tokens().length).sum();
  }

  private List<String> texts() {
    return visit.texts().stream().map(Completion::text).toList();
  }

  /** As much of the fingerprints as tells them apart; the rest is in receipts and in JSON. */
  private String shortened() {
    return steerings().stream()
        .map(one -> one.substring(0, Math.min(one.length(), SHOWN)))
        .collect(Collectors.joining(" "));
  }

  /** The fingerprints of all steerings but none. */
  private List<String> steerings() {
    return visit.texts().stream()
        .map(Completion::steering)
        .filter(steering -> !steering.isNone())
        .map(Steering::fingerprint)
        .distinct()
        .toList();
  }
}
