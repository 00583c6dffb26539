package dev.steerc.models.corpus;

/** What a prompt is for; no prompt is for both, so that what is chosen is judged on others. */
public enum Use {
  CHOOSING,
  REPORTING;

  /** Whether a beginning is for this; of all beginnings half are. */
  boolean has(String prompt) {
    return values()[new Draws(prompt.hashCode()).below("use", 2)] == this;
  }
}
