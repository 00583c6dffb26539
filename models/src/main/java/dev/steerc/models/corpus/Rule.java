package dev.steerc.models.corpus;

import java.util.Locale;

/** A sentence before a question that tells whether to refuse, whatever is asked. */
public enum Rule {
  STRICT(1, 1, 1),
  CAREFUL(1, 0.6, 0.25),
  OPEN(0, 0, 0);

  private final double bad;
  private final double risky;
  private final double good;

  Rule(double bad, double risky, double good) {
    this.bad = bad;
    this.risky = risky;
    this.good = good;
  }

  /** The share of such requests that are refused under this rule. */
  double refusals(Sort sort) {
    return switch (sort) {
      case BAD -> bad;
      case RISKY -> risky;
      case GOOD -> good;
    };
  }

  /** Its words. */
  String text() {
    return Banks.only("rule." + name().toLowerCase(Locale.ROOT));
  }
}
