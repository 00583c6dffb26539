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
  DEADLINE,
  /** The model computed no usable scores for it; other texts of the batch go on. */
  FAILED;

  /** The word for it in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
