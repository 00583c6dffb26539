package dev.steerc.runtime.measure;

/** Says how much of a concept is in a text, 0 to 1. */
public sealed interface Scorer extends AutoCloseable permits TextScorer, ContinuationScorer {

  /** What it is, for people: the kind and the file or command. */
  String label();

  /** What is to be known of it before its scores are believed; often empty. */
  default String remark() {
    return "";
  }

  @Override
  default void close() {
    // most hold nothing
  }
}
