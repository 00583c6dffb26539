package dev.steerc.trainer;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A rule that moves some of a model's parameters against their gradients. */
sealed interface Optimizer permits Muon, AdamW {
  /**
   * Moves every parameter once.
   *
   * @param part of the full rate, 0 to 1
   */
  void step(double part);

  /** What the rule remembers from step to step, by name: live tensors. */
  Map<String, Tensor> memory();
}
