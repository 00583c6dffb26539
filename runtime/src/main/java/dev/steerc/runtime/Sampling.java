package dev.steerc.runtime;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How the next token is chosen from the model's scores. The rules apply in the order of the fields;
 * a rule at its neutral value does nothing.
 *
 * @param greedy whether the best token is taken always; then only the penalties count
 * @param repetitionPenalty divides the positive and multiplies the negative scores of tokens that
 *     the prompt or the text has already; neutral 1. Source: arXiv 1909.05858
 * @param frequencyPenalty taken off a token's score for each time that it was generated; neutral 0
 * @param presencePenalty taken off a token's score once it was generated; neutral 0
 * @param temperature divides the scores; neutral 1, and 0 is greedy
 * @param topK keeps so many of the best tokens; neutral 0
 * @param topP keeps the best tokens that together have this probability; neutral 1. Source: arXiv
 *     1904.09751
 * @param minP keeps the tokens that have this share of the best one's probability; neutral 0.
 *     Source: arXiv 2407.01082
 * @param seed what chance begins from; empty takes a new one each time
 */
public record Sampling(
    boolean greedy,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    double temperature,
    int topK,
    double topP,
    double minP,
    OptionalLong seed) {

  /** Always the best token. */
  public static final Sampling GREEDY =
      new Sampling(true, 1, 0, 0, 1, 0, 1, 0, OptionalLong.empty());

  /** What text-generation pipelines do by default: temperature 0.7 among the 50 best. */
  public static final Sampling DEFAULT =
      new Sampling(false, 1, 0, 0, 0.7, 50, 1, 0, OptionalLong.empty());

  public Sampling {
    check("repetition penalty", repetitionPenalty, repetitionPenalty > 0, "above 0");
    check("frequency penalty", frequencyPenalty, Math.abs(frequencyPenalty) <= 100, "-100 to 100");
    check("presence penalty", presencePenalty, Math.abs(presencePenalty) <= 100, "-100 to 100");
    check("temperature", temperature, temperature >= 0, "0 or above");
    check("top-k", topK, topK >= 0, "0 or above");
    check("top-p", topP, topP > 0 && topP <= 1, "above 0, and 1 at the most");
    check("min-p", minP, minP >= 0 && minP <= 1, "0 to 1");
  }

  private static void check(String name, double value, boolean holds, String range) {
    if (!holds || !Double.isFinite(value)) {
      throw Problem.of(Code.BAD_GENERATION, "the " + name + " cannot be " + value)
          .help("it is " + range)
          .exception();
    }
  }

  /** A seed that nobody chose; small enough to be exact in any JSON reader. */
  public static long anySeed() {
    return ThreadLocalRandom.current().nextLong(1L << 53);
  }

  /** Whether no chance is involved. */
  public boolean isGreedy() {
    return greedy || temperature == 0;
  }

  public Sampling greedy(boolean always) {
    return new Sampling(
        always,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        temperature,
        topK,
        topP,
        minP,
        seed);
  }

  public Sampling repetitionPenalty(double value) {
    return new Sampling(
        greedy, value, frequencyPenalty, presencePenalty, temperature, topK, topP, minP, seed);
  }

  public Sampling frequencyPenalty(double value) {
    return new Sampling(
        greedy, repetitionPenalty, value, presencePenalty, temperature, topK, topP, minP, seed);
  }

  public Sampling presencePenalty(double value) {
    return new Sampling(
        greedy, repetitionPenalty, frequencyPenalty, value, temperature, topK, topP, minP, seed);
  }

  public Sampling temperature(double value) {
    return new Sampling(
        greedy,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        value,
        topK,
        topP,
        minP,
        seed);
  }

  public Sampling topK(int value) {
    return new Sampling(
        greedy,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        temperature,
        value,
        topP,
        minP,
        seed);
  }

  public Sampling topP(double value) {
    return new Sampling(
        greedy,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        temperature,
        topK,
        value,
        minP,
        seed);
  }

  public Sampling minP(double value) {
    return new Sampling(
        greedy,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        temperature,
        topK,
        topP,
        value,
        seed);
  }

  public Sampling seed(long value) {
    return new Sampling(
        greedy,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        temperature,
        topK,
        topP,
        minP,
        OptionalLong.of(value));
  }
}
