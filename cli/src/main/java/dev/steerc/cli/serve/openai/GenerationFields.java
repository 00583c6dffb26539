package dev.steerc.cli.serve.openai;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiFunction;

/** The fields of a request that say how to generate; what is absent is as the model's files say. */
record GenerationFields(Body body, Limits limits) {
  private static final int MOST_STOPS = 4;

  /** The model's settings with what the request wants. */
  Settings over(Settings model) {
    Settings settings = model.sampling(this::over).sequences(sequences());
    settings = settings.maxNewTokens(newTokens(model.maxNewTokens()));
    List<String> stops = new ArrayList<>(model.stop());
    stops.addAll(stops());
    settings = settings.stop(stops.toArray(String[]::new));
    return settings.endTokens(endTokens(model.endTokens()));
  }

  /** A setting that only matters to chance asks for chance. */
  private Sampling over(Sampling model) {
    boolean chance = List.of("temperature", "top_k", "top_p", "min_p").stream().anyMatch(body::has);
    Sampling sampling = model.greedy(model.greedy() && !chance);
    sampling = with(sampling, "temperature", Sampling::temperature);
    sampling = with(sampling, "top_p", Sampling::topP);
    sampling = with(sampling, "min_p", Sampling::minP);
    sampling = with(sampling, "frequency_penalty", Sampling::frequencyPenalty);
    sampling = with(sampling, "presence_penalty", Sampling::presencePenalty);
    sampling = with(sampling, "repetition_penalty", Sampling::repetitionPenalty);
    return body.has("top_k") ? sampling.topK(number("top_k", 0, Integer.MAX_VALUE)) : sampling;
  }

  private Sampling with(
      Sampling before, String field, BiFunction<Sampling, Double, Sampling> change) {
    OptionalDouble value = body.number(field);
    if (value.isEmpty()) {
      return before;
    }
    try {
      return change.apply(before, value.getAsDouble());
    } catch (SteercException e) {
      throw body.wrong(
          field,
          "`" + field + "` cannot be " + value.getAsDouble() + "; " + e.problems().get(0).help());
    }
  }

  /** How many texts there are for each prompt. */
  int sequences() {
    return body.has("n") ? number("n", 1, limits.sequences()) : 1;
  }

  private int newTokens(int usual) {
    String field = body.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
    return body.has(field)
        ? number(field, 1, limits.newTokens())
        : Math.min(usual, limits.newTokens());
  }

  private List<String> stops() {
    if (body.any("stop").orElse(null) instanceof String one) {
      return one.isEmpty() ? List.of() : List.of(one);
    }
    List<String> stops =
        body.list("stop").orElse(List.of()).stream()
            .map(stop -> stop instanceof String s ? s : "")
            .toList();
    if (stops.contains("") || stops.size() > MOST_STOPS) {
      throw body.wrong("stop", "`stop` is a text, or a list of up to " + MOST_STOPS + " texts");
    }
    return stops;
  }

  private Set<Long> endTokens(Set<Long> usual) {
    Set<Long> all = new HashSet<>(body.flag("ignore_eos") ? Set.of() : usual);
    for (Object token : body.list("stop_token_ids").orElse(List.of())) {
      if (!(token instanceof Long id)) {
        throw body.wrong("stop_token_ids", "`stop_token_ids` is a list of token ids");
      }
      all.add(id);
    }
    return all;
  }

  /** A whole number of a field that is there. */
  int number(String field, int least, int most) {
    long value = body.whole(field).orElseThrow();
    if (value < least || value > most) {
      throw body.wrong(
          field, "`" + field + "` cannot be " + value + "; it is " + least + " to " + most);
    }
    return (int) value;
  }
}
