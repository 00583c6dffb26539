package dev.steerc.runtime;

/** The scores of the vocabulary for one token, where they are. */
interface Scores {
  /** How many there are. */
  int size();

  /** Reads {@code count} of them, from token {@code first} on, into the start of an array. */
  void read(int first, int count, float[] into);
}
