package dev.steerc.models.corpus;

import java.util.Locale;

/** The mood that a story is told in. */
public enum Mood implements Attribute {
  JOYFUL,
  GLOOMY,
  ANGRY,
  CALM,
  NEUTRAL;

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
