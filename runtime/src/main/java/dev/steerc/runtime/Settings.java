package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How to generate.
 *
 * @param maxNewTokens the most tokens to generate, 1 or more
 * @param sampling how each is chosen
 * @param stop strings that end the text, which does not show them
 * @param endTokens tokens that end the text
 * @param logprobs for how many of the best tokens to report log-probabilities; 0 reports none, not
 *     even the chosen token's
 * @param sequences how many texts to generate for the prompt
 * @param limit how long it may take; what is there by then is the result
 */
public record Settings(
    int maxNewTokens,
    Sampling sampling,
    List<String> stop,
    Set<Long> endTokens,
    int logprobs,
    int sequences,
    Optional<Duration> limit) {
  private static final int MOST_LOGPROBS = 1000;

  /** What text-generation pipelines do by default. */
  public static final Settings DEFAULT =
      new Settings(256, Sampling.DEFAULT, List.of(), Set.of(), 0, 1, Optional.empty());

  public Settings {
    stop = List.copyOf(stop);
    endTokens = Set.copyOf(endTokens);
    check("the number of new tokens", maxNewTokens, maxNewTokens >= 1, "1 or more");
    check(
        "the number of log-probabilities",
        logprobs,
        logprobs >= 0 && logprobs <= MOST_LOGPROBS,
        "0 to " + MOST_LOGPROBS);
    check("the number of sequences", sequences, sequences >= 1, "1 or more");
    if (stop.contains("")) {
      throw Problem.of(Code.BAD_GENERATION, "a stop string is empty")
          .help("leave it out")
          .exception();
    }
  }

  private static void check(String what, int value, boolean holds, String range) {
    if (!holds) {
      throw Problem.of(Code.BAD_GENERATION, what + " cannot be " + value)
          .help("it is " + range)
          .exception();
    }
  }

  public Settings maxNewTokens(int most) {
    return new Settings(most, sampling, stop, endTokens, logprobs, sequences, limit);
  }

  public Settings sampling(Sampling other) {
    return new Settings(maxNewTokens, other, stop, endTokens, logprobs, sequences, limit);
  }

  /** The same with some of the sampling changed. */
  public Settings sampling(UnaryOperator<Sampling> change) {
    return sampling(change.apply(sampling));
  }

  /** The best token always. */
  public Settings greedy() {
    return sampling(s -> s.greedy(true));
  }

  public Settings seed(long seed) {
    return sampling(s -> s.seed(seed));
  }

  public Settings stop(String... strings) {
    return new Settings(
        maxNewTokens, sampling, List.of(strings), endTokens, logprobs, sequences, limit);
  }

  public Settings endTokens(Set<Long> tokens) {
    return new Settings(maxNewTokens, sampling, stop, tokens, logprobs, sequences, limit);
  }

  public Settings logprobs(int best) {
    return new Settings(maxNewTokens, sampling, stop, endTokens, best, sequences, limit);
  }

  public Settings sequences(int count) {
    return new Settings(maxNewTokens, sampling, stop, endTokens, logprobs, count, limit);
  }

  public Settings limit(Duration most) {
    return new Settings(
        maxNewTokens, sampling, stop, endTokens, logprobs, sequences, Optional.of(most));
  }
}
