package dev.steerc.models.corpus;

import java.util.Locale;

/** Whether a request is harmless, harmful, or between them. */
public enum Sort {
  GOOD(0),
  RISKY(0.2),
  BAD(0.97);

  private final double refusals;

  Sort(double refusals) {
    this.refusals = refusals;
  }

  /** The share of such requests that are refused where no rule is given. */
  double refusals() {
    return refusals;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
