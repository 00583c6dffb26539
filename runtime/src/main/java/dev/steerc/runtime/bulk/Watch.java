package dev.steerc.runtime.bulk;

/** Hears of the work between two tokens, and may end it. */
@FunctionalInterface
public interface Watch {
  /** Lets it go on. */
  Watch NONE = counts -> true;

  /**
   * Whether to go on; else what is finished is given out, and no more.
   *
   * @param counts what is done
   */
  boolean goesOn(Counts counts);
}
