package dev.steerc.runtime.proof;

/**
 * One measurement of a proof.
 *
 * @param subject the intervention, as {@code 6.resid_post:add}; empty for the model as a whole
 * @param claim what has to hold
 * @param measured the largest absolute difference over all trials
 * @param bound what it may be at the most; for {@link Claim#EFFECTIVE} what it has to exceed
 */
public record Check(String subject, Claim claim, double measured, double bound) {

  /** Whether the claim holds; a NaN never does. */
  public boolean holds() {
    return claim == Claim.EFFECTIVE ? measured > bound : measured <= bound;
  }
}
