package dev.steerc.cli.serve.batching;

import dev.steerc.runtime.FinishReason;
import dev.steerc.runtime.TokenScore;
import java.util.Optional;

/** What happens to the texts of a request. */
public sealed interface Event {

  /**
   * A token was generated.
   *
   * @param row which text, in the order of the prompts
   * @param text what may be shown now; often empty
   * @param score how likely the token was, where that was asked for
   */
  record Token(int row, long token, String text, Optional<TokenScore> score) implements Event {}

  /**
   * A text ended.
   *
   * @param rest what was held back of it
   */
  record Ended(int row, FinishReason reason, String rest) implements Event {}

  /** All texts have ended; nothing comes behind it. */
  record Done() implements Event {}
}
