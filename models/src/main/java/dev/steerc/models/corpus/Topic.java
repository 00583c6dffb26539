package dev.steerc.models.corpus;

import java.util.Locale;

/** What a document is about. */
public enum Topic implements Attribute {
  OCEAN,
  FOREST,
  CITY,
  KITCHEN,
  FARM,
  MOUNTAIN;

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
