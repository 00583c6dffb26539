package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.problem.Choices;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields that an object of a request may have. One that would change the result and is not done
 * here is refused by name, unless its value says that nothing is wanted.
 *
 * @param known those that are read
 * @param neutral values that want nothing, where they are not the usual empty ones
 */
record Fields(Set<String> known, Map<String, Set<Object>> neutral) {
  /** A name of so few letters is near to many others. */
  private static final int SHORT = 5;

  /** They change no text. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "user",
          "metadata",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "parallel_tool_calls",
          "prediction");

  private static final List<String> OF_BOTH =
      List.of(
          "model",
          "stream",
          "stream_options",
          "steering",
          "compare",
          "return_token_ids",
          "n",
          "max_tokens",
          "stop",
          "stop_token_ids",
          "ignore_eos",
          "seed",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "frequency_penalty",
          "presence_penalty",
          "repetition_penalty",
          "logprobs");

  static final Fields COMPLETION =
      new Fields(with(OF_BOTH, "prompt", "echo"), Map.of("best_of", Set.of(1L)));

  static final Fields CHAT =
      new Fields(
          with(OF_BOTH, "messages", "max_completion_tokens", "top_logprobs"),
          Map.of(
              "response_format", Set.of(Map.of("type", "text")),
              "tool_choice", Set.of("none", "auto"),
              "function_call", Set.of("none", "auto"),
              "modalities", Set.of(List.of("text")),
              "reasoning_effort", Set.of("none"),
              "verbosity", Set.of("medium")));

  static final Fields MESSAGE = new Fields(Set.of("role", "content"), Map.of());

  static final Fields STREAM_OPTIONS =
      new Fields(Set.of("include_usage", "include_obfuscation"), Map.of());

  private static Set<String> with(List<String> some, String... more) {
    Set<String> all = new LinkedHashSet<>(some);
    all.addAll(List.of(more));
    return all;
  }

  /**
   * Refuses what is not done.
   *
   * @throws dev.steerc.problem.SteercException naming the first such field
   */
  void check(Body body) {
    body.fields()
        .forEach(
            (name, value) -> {
              String field = String.valueOf(name);
              if (!known.contains(field) && !WITHOUT_EFFECT.contains(field)) {
                refuse(body, field, value);
              }
            });
  }

  private void refuse(Body body, String field, Object value) {
    if (isEmpty(value) || neutral.getOrDefault(field, Set.of()).contains(value)) {
      return;
    }
    throw body.wrong(field, "`" + field + "` is not supported" + meant(field));
  }

  private String meant(String field) {
    boolean isTelling = field.length() > SHORT;
    return Choices.close(field, known)
        .filter(near -> isTelling)
        .map(near -> "; did you mean `" + near + "`?")
        .orElse("");
  }

  private static boolean isEmpty(Object value) {
    boolean isZero = value instanceof Number number && number.doubleValue() == 0;
    return value == null
        || isZero
        || Boolean.FALSE.equals(value)
        || "".equals(value)
        || value instanceof Collection<?> list && list.isEmpty()
        || value instanceof Map<?, ?> map && map.isEmpty();
  }
}
