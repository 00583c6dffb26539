package dev.steerc.runtime.learn;

/** Some of the rows: all of them, or those on one side of the {@link Split}. */
public enum Part {
  ALL,
  LEARNED,
  HELD_OUT;

  boolean has(boolean heldOut) {
    return this == ALL || heldOut == (this == HELD_OUT);
  }
}
