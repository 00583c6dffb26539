package dev.steerc.runtime;

import java.util.List;

/**
 * How likely a token was, by the model's own scores: steered, but before penalties, temperature and
 * the rest of the sampling.
 *
 * @param token the token that was chosen
 * @param logprob the natural logarithm of its probability
 * @param best the most likely tokens, best first
 */
public record TokenScore(long token, double logprob, List<Candidate> best) {

  /** A token that could have been chosen. */
  public record Candidate(long token, double logprob) {}

  public TokenScore {
    best = List.copyOf(best);
  }
}
