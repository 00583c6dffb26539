package dev.steerc.runtime;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open a model.
 *
 * @param provider where to compute
 * @param threads the threads of one operator; 0 leaves it to ONNX Runtime, which takes all cores
 * @param tokenizer a tokenizer's file or folder; empty looks beside the model
 * @param anyBase whether vectors that were made for another model are taken as well
 */
public record ModelOptions(
    Provider provider, int threads, Optional<Path> tokenizer, boolean anyBase) {

  /** On the CPU, with all cores, and what lies beside the model. */
  public static final ModelOptions DEFAULT =
      new ModelOptions(Provider.CPU, 0, Optional.empty(), false);

  public ModelOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads);
    }
  }

  public ModelOptions provider(Provider other) {
    return new ModelOptions(other, threads, tokenizer, anyBase);
  }

  public ModelOptions threads(int count) {
    return new ModelOptions(provider, count, tokenizer, anyBase);
  }

  public ModelOptions tokenizer(Path file) {
    return new ModelOptions(provider, threads, Optional.of(file), anyBase);
  }

  /** Takes vectors whose fingerprint says that they were made for another model. */
  public ModelOptions anyBase(boolean taken) {
    return new ModelOptions(provider, threads, tokenizer, taken);
  }
}
