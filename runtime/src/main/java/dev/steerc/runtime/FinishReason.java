package dev.steerc.runtime;

import java.util.Locale;

/** Why a text ended. */
public enum FinishReason {
  /** An end token or a stop string. */
  STOP,
  /** As many tokens as wanted, or as the model has positions for. */
  LENGTH,
  /** Somebody cancelled it. */
  CANCELLED,
  /** Its time was up. */
  DEADLINE;

  /** The word for it in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
