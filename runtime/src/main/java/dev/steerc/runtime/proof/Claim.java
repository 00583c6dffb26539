package dev.steerc.runtime.proof;

/** What a proof measures. */
public enum Claim {
  RESTORES("unpatching gives the original, byte for byte"),
  EQUAL_AS_WRITTEN("unsteered outputs equal, graph run as written"),
  EQUAL_OPTIMISED("unsteered outputs equal, graph optimised"),
  EXACT("the site changes by exactly the edit"),
  LOCAL("nothing upstream changes"),
  SAME_AS_TAPPED("the model computes what its tapped twin does"),
  EFFECTIVE("the output moves");

  private final String text;

  Claim(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
