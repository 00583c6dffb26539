package dev.steerc.cli;

import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** How to generate; what is not given is as the model's own files say. */
public final class GenerateArgs {
  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The most tokens to generate (default: 256).")
  private Integer maxNewTokens;

  @Option(names = "--greedy", description = "Take the best token always.")
  private boolean greedy;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Above 0; higher is wilder (default: 0.7).")
  private Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K best tokens; 0 among all (default: 50).")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Choose among the best tokens with this probability together (default: 1).")
  private Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Choose among tokens with this share of the best one's (default: 0).")
  private Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Above 1 makes tokens that were there less likely (default: 1).")
  private Double repetitionPenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description = "Above 0 makes a token less likely each time it was generated (default: 0).")
  private Double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description = "Above 0 makes tokens that were generated less likely (default: 0).")
  private Double presencePenalty;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What chance begins from: the same seed gives the same text.")
  private Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text, which is not printed; repeatable.")
  private List<String> stop = List.of();

  @Option(
      names = {"--ignore-eos"},
      description = "Go on behind the model's end token.")
  private boolean ignoreEnd;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "End after that time with what is there.")
  private Double timeout;

  /** The model's settings with what was given. */
  public Settings over(Settings model) {
    Settings settings = model.sampling(this::over);
    if (maxNewTokens != null) {
      settings = settings.maxNewTokens(maxNewTokens);
    }
    if (!stop.isEmpty()) {
      settings = settings.stop(stop.toArray(String[]::new));
    }
    if (ignoreEnd) {
      settings = settings.endTokens(Set.of());
    }
    if (timeout != null) {
      settings = settings.limit(Duration.ofMillis(Math.round(1000 * Math.max(0, timeout))));
    }
    return settings;
  }

  /** A setting that only matters to chance asks for chance. */
  private Sampling over(Sampling model) {
    boolean chance = temperature != null || topK != null || topP != null || minP != null;
    Sampling sampling = model.greedy(greedy || model.greedy() && !chance);
    sampling = temperature == null ? sampling : sampling.temperature(temperature);
    sampling = topK == null ? sampling : sampling.topK(topK);
    sampling = topP == null ? sampling : sampling.topP(topP);
    sampling = minP == null ? sampling : sampling.minP(minP);
    sampling = repetitionPenalty == null ? sampling : sampling.repetitionPenalty(repetitionPenalty);
    sampling = frequencyPenalty == null ? sampling : sampling.frequencyPenalty(frequencyPenalty);
    sampling = presencePenalty == null ? sampling : sampling.presencePenalty(presencePenalty);
    return seed == null ? sampling : sampling.seed(seed);
  }
}
