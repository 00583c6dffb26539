package dev.steerc.runtime.proof;

import dev.steerc.onnx.ElementType;

/**
 * How far two computations of the same thing may lie apart, relative to the largest value.
 *
 * @param relative the bound for values of size 1
 */
record Tolerance(double relative) {

  /**
   * Where activations are quantised while the model runs, a difference in the last bit may flip a
   * rounding, which is then as large as a quantisation step.
   */
  static final Tolerance QUANTISED = new Tolerance(2e-2);

  /** The tolerance of a stream's precision. */
  static Tolerance of(ElementType type) {
    return switch (type) {
      case FLOAT16 -> new Tolerance(4e-3);
      case BFLOAT16 -> new Tolerance(3e-2);
      default -> new Tolerance(1e-5);
    };
  }

  double of(double magnitude) {
    return relative * Math.max(1, magnitude);
  }
}
