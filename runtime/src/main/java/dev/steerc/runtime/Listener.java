package dev.steerc.runtime;

/** Hears of each token as it is generated, on the thread that runs the session. */
@FunctionalInterface
public interface Listener {
  /** Hears nothing. */
  Listener NONE = (row, token, text) -> {};

  /**
   * A token was generated.
   *
   * @param row which text, in the order of the prompts
   * @param token its id
   * @param text what may be shown now: whole characters, and nothing that may become a stop string;
   *     often empty
   */
  void token(int row, long token, String text);

  /**
   * How likely the token is that comes next; only where log-probabilities were asked for.
   *
   * @param row which text
   */
  default void score(int row, TokenScore score) {
    // most listeners see it in the completion
  }

  /**
   * A text ended.
   *
   * @param rest what was held back of it and can be shown now; empty unless it was ended early
   */
  default void ended(int row, FinishReason reason, String rest) {
    // most listeners see it in the completion
  }
}
