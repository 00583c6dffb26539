package dev.steerc.runtime;

/**
 * One measurement of a proof.
 *
 * @param subject what is measured: {@code unsteered}, or an intervention as {@code
 *     6.resid_post:add}
 * @param claim what has to hold
 * @param measured the largest absolute difference, over all trials
 * @param bound what it may be at the most, or has to exceed
 * @param exceeds whether the measurement has to exceed the bound
 */
public record Check(String subject, String claim, double measured, double bound, boolean exceeds) {

  static Check atMost(String subject, String claim, double measured, double bound) {
    return new Check(subject, claim, measured, bound, false);
  }

  static Check above(String subject, String claim, double measured, double bound) {
    return new Check(subject, claim, measured, bound, true);
  }

  /** Whether the claim holds; a NaN never does. */
  public boolean holds() {
    return exceeds ? measured > bound : measured <= bound;
  }
}
