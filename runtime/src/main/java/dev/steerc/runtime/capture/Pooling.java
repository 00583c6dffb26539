package dev.steerc.runtime.capture;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which tokens of a text give rows. */
public enum Pooling {
  /** The last token: one row. */
  LAST,
  /** The mean over the completion's tokens: one row. */
  MEAN,
  /** Each of the completion's tokens: a row for each. */
  ALL;

  /** The word on the command line and in files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Pooling> of(String label) {
    return Arrays.stream(values()).filter(pooling -> pooling.label().equals(label)).findFirst();
  }
}
