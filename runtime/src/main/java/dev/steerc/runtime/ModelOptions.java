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
 * @param standsFor the model that the opened one is a copy of: what lies beside that one counts,
 *     and problems name it; empty for a model in its own right
 * @param oneByOne whether it is for a text or few, one at a time: a prepared model then opens ten
 *     times as fast, but rows that run together take twice as long, and sums are rounded otherwise
 */
public record ModelOptions(
    Provider provider,
    int threads,
    Optional<Path> tokenizer,
    boolean anyBase,
    Optional<Path> standsFor,
    boolean oneByOne) {

  /** On the CPU, with all cores, and what lies beside the model. */
  public static final ModelOptions DEFAULT =
      new ModelOptions(Provider.CPU, 0, Optional.empty(), false, Optional.empty(), false);

  public ModelOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads);
    }
  }

  public ModelOptions provider(Provider other) {
    return new ModelOptions(other, threads, tokenizer, anyBase, standsFor, oneByOne);
  }

  public ModelOptions threads(int count) {
    return new ModelOptions(provider, count, tokenizer, anyBase, standsFor, oneByOne);
  }

  public ModelOptions tokenizer(Path file) {
    return new ModelOptions(provider, threads, Optional.of(file), anyBase, standsFor, oneByOne);
  }

  /** Takes vectors whose fingerprint says that they were made for another model. */
  public ModelOptions anyBase(boolean taken) {
    return new ModelOptions(provider, threads, tokenizer, taken, standsFor, oneByOne);
  }

  /** Says whether it is for a text or few, one at a time. */
  public ModelOptions oneByOne(boolean alone) {
    return new ModelOptions(provider, threads, tokenizer, anyBase, standsFor, alone);
  }

  /** Opens a copy of a model in its place. */
  public ModelOptions standsFor(Path model) {
    return new ModelOptions(provider, threads, tokenizer, anyBase, Optional.of(model), oneByOne);
  }
}
