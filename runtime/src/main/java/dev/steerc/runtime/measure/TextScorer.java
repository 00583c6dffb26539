package dev.steerc.runtime.measure;

import java.util.List;

/** Scores what was generated, and needs no model for that. */
public sealed interface TextScorer extends Scorer
    permits WordScorer, ClassifierScorer, CommandScorer {

  /**
   * Scores texts.
   *
   * @return a number from 0 to 1 for each
   * @throws dev.steerc.problem.SteercException when it cannot
   */
  double[] scores(List<Said> texts);
}
