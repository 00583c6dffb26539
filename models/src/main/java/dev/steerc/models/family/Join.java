package dev.steerc.models.family;

/**
 * How attention and MLP join the stream {@code x}, with the operands in the order that the model's
 * code has them.
 */
public enum Join {
  /** y = x + attention, y + mlp. */
  STREAM_FIRST(false),
  /** y = attention + x, y + mlp: GPT-2, GPT-Neo, BigCode. */
  ATTENTION_FIRST(false),
  /** y = attention + x, mlp + y: MPT. */
  BRANCH_FIRST(false),
  /** (attention + mlp) + x: GPT-J, Phi. */
  PARALLEL(true),
  /** (mlp + attention) + x: GPT-NeoX. */
  PARALLEL_MLP_FIRST(true),
  /** x + (mlp + attention): Falcon. */
  PARALLEL_STREAM_FIRST(true),
  /** (x + attention) + mlp: Cohere, StableLM-2. */
  PARALLEL_CHAIN(true),
  /** mlp + (attention + x). */
  PARALLEL_CHAIN_MLP_FIRST(true);

  private final boolean parallel;

  Join(boolean parallel) {
    this.parallel = parallel;
  }

  /** Whether both branches read the block's input. */
  public boolean isParallel() {
    return parallel;
  }

  /** Whether attention is added to the stream before the MLP is. */
  boolean isChain() {
    return this == PARALLEL_CHAIN || this == PARALLEL_CHAIN_MLP_FIRST;
  }
}
