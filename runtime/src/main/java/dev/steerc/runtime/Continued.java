package dev.steerc.runtime;

import dev.steerc.runtime.steering.Steering;
import java.util.Arrays;

/**
 * A prompt, and tokens to go on with as if they had been generated: a steering whose positions or
 * decay count generated tokens counts these.
 *
 * @param prompt its settings do not matter
 * @param tokens what follows it; possibly none
 */
public record Continued(Prompt prompt, long[] tokens) {

  /** What a model has generated, behind its prompt and with its steering. */
  public static Continued of(Completion text) {
    return new Continued(Prompt.ofIds(text.prompt()).steered(text.steering()), text.tokens());
  }

  /**
   * A text behind a prompt. Its tokens are those of the whole from the first one in which it
   * differs from the prompt alone, and the last token at least.
   *
   * @throws dev.steerc.problem.SteercException when there is no tokenizer, or no token
   */
  public static Continued of(SteeredModel model, String prompt, String text) {
    long[] before = model.ids(Prompt.of(prompt));
    long[] whole = model.ids(Prompt.of(prompt + text));
    int same = Arrays.mismatch(before, whole);
    int from = Math.min(same < 0 ? whole.length : same, whole.length - 1);
    int split = Math.min(whole.length, Math.max(1, from)); // a prompt has a token
    return new Continued(
        Prompt.ofIds(Arrays.copyOf(whole, split)), Arrays.copyOfRange(whole, split, whole.length));
  }

  /** The same with a steering. */
  public Continued steered(Steering steering) {
    return new Continued(prompt.steered(steering), tokens);
  }

  /** The tokens of a prompt and of what follows it. */
  static long[] whole(long[] prompt, long[] tokens) {
    long[] whole = Arrays.copyOf(prompt, prompt.length + tokens.length);
    System.arraycopy(tokens, 0, whole, prompt.length, tokens.length);
    return whole;
  }
}
