package dev.steerc.runtime.measure;

import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.List;

/** Says how much of a concept is in a text, 0 to 1. */
public sealed interface Scorer extends AutoCloseable
    permits WordScorer, ClassifierScorer, ContinuationScorer, CommandScorer {

  /** What it is, for people: the kind and the file or command. */
  String label();

  /** What is to be known of it before its scores are believed; often empty. */
  default String remark() {
    return "";
  }

  /**
   * Scores texts.
   *
   * @param model that they are from
   * @param steering that was in force
   * @return a number from 0 to 1 for each
   * @throws dev.steerc.problem.SteercException when it cannot
   */
  double[] scores(SteeredModel model, Steering steering, List<Said> texts);

  @Override
  default void close() {
    // most hold nothing
  }
}
