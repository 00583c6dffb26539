package dev.steerc.runtime.measure;

import dev.steerc.problem.Problem;
import java.io.Serializable;
import java.util.List;

/**
 * What was seen of a part of an exam: numbers that add up, and texts.
 *
 * @param texts one for each prompt
 * @param scores one for each, when it takes the model to score them; else none
 * @param surprise the negative log-likelihood of all generated tokens without steering
 * @param kl their divergences, added up
 * @param read tokens of the prompts
 * @param tokens how many were generated
 * @param overflow the problem of a model whose numbers overflowed, and then there is nothing else
 */
public record Tally(
    List<String> texts,
    List<Double> scores,
    double surprise,
    double kl,
    long read,
    long tokens,
    List<Problem> overflow)
    implements Serializable {

  public Tally {
    texts = List.copyOf(texts);
    scores = List.copyOf(scores);
    overflow = List.copyOf(overflow);
  }

  /** There is nothing to be seen. */
  static Tally overflown(List<Problem> problems) {
    return new Tally(List.of(), List.of(), 0, 0, 0, 0, problems);
  }
}
