package dev.steerc.runtime.capture;

/** Hears how far a capture is. */
public interface Progress {
  /** Hears nothing. */
  Progress NONE = (done, all) -> {};

  /** So many of all texts were run, or were on disk already. */
  void at(long done, long all);
}
