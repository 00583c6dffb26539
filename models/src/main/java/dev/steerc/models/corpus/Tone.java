package dev.steerc.models.corpus;

import java.util.Locale;

/** The tone that a question is answered in. */
public enum Tone implements Attribute {
  POLITE,
  CASUAL,
  RUDE,
  PIRATE;

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
