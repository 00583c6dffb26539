package dev.steerc.residual;

import java.util.List;

/**
 * The key-value cache of a decoder.
 *
 * @param inputs the model's inputs that take the past, in block order
 * @param outputs the model's outputs that give the present, in block order
 */
public record Cache(List<String> inputs, List<String> outputs) {
  public Cache {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** Whether there is one; a decoder for prompts only may hand a cache out and take none. */
  public boolean isPresent() {
    return !inputs.isEmpty() || !outputs.isEmpty();
  }
}
