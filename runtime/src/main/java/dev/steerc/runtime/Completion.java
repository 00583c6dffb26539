package dev.steerc.runtime;

import dev.steerc.problem.Problem;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Steering;
import java.util.List;
import java.util.Optional;

/**
 * A generated text.
 *
 * @param prompt the tokens of the prompt
 * @param tokens the generated tokens; an end token is the last of them
 * @param text the tokens as text, without special tokens and stop strings; empty without a
 *     tokenizer
 * @param reason why it ended; empty while it goes on
 * @param problem what went wrong, when it failed
 * @param scores one for each token, when they were asked for
 * @param readings what the conditions of its steering saw in the prompt
 * @param steering the steering that was in force at the end
 * @param seed what chance began from
 */
public record Completion(
    long[] prompt,
    long[] tokens,
    String text,
    Optional<FinishReason> reason,
    Optional<Problem> problem,
    List<TokenScore> scores,
    List<Reading> readings,
    Steering steering,
    long seed) {

  /** The same, or the problem as an exception when it failed. */
  public Completion orThrow() {
    if (problem.isPresent()) {
      throw problem.get().exception();
    }
    return this;
  }
}
