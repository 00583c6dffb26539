package dev.steerc.runtime;

/** Where rows of different lengths meet in a batch. */
enum Alignment {
  /** At their last tokens: shorter rows are padded in front. */
  LAST,
  /**
   * At their first tokens: the graph looks for each row's cache at the start of its buffer, and
   * what a prompt has behind its end is seen by no token of it.
   */
  FIRST,
  /** Nowhere: the graph cannot tell padding from tokens, so rows of one length run together. */
  NONE
}
