package dev.steerc.models.corpus;

import java.util.Locale;

/** The register of a letter. */
public enum Register implements Attribute {
  FORMAL,
  CASUAL;

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
