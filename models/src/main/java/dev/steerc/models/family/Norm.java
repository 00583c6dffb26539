package dev.steerc.models.family;

/** How a vector is normalised before it is scaled by learned numbers. */
public enum Norm {
  /** Layer norm with gain and shift. */
  LAYER(true, true, false, true),
  /** Layer norm without a shift: MPT, Cohere. */
  LAYER_UNSHIFTED(true, true, false, false),
  /** Layer norm with neither: OLMo. */
  LAYER_BARE(true, false, false, false),
  /** Layer norm whose gain is 1 + weight: Nemotron. */
  LAYER_PLUS_ONE(true, true, true, true),
  /** Root mean square (arXiv 1910.07467). */
  RMS(false, true, false, false),
  /** Root mean square with gain 1 + weight: Gemma. */
  RMS_PLUS_ONE(false, true, true, false);

  /** The epsilon of every norm. */
  public static final double EPSILON = 1e-5;

  private final boolean centred;
  private final boolean gain;
  private final boolean plusOne;
  private final boolean shift;

  Norm(boolean centred, boolean gain, boolean plusOne, boolean shift) {
    this.centred = centred;
    this.gain = gain;
    this.plusOne = plusOne;
    this.shift = shift;
  }

  /** Whether the mean is taken away first. */
  boolean isCentred() {
    return centred;
  }

  boolean hasGain() {
    return gain;
  }

  /** Whether the gain is the weight plus 1. */
  boolean isPlusOne() {
    return plusOne;
  }

  boolean hasShift() {
    return shift;
  }
}
