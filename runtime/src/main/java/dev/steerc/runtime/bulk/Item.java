package dev.steerc.runtime.bulk;

import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Receipt;
import java.util.List;
import java.util.OptionalLong;

/** A row of a window, until it has its outcome. */
final class Item {
  private final Prompt prompt;
  private final int length;
  private final int maxNewTokens;
  private final List<String> steer;
  private final Receipt receipt;
  private final long seed;
  private Outcome outcome;

  /**
   * A row that can be run.
   *
   * @param prompt as tokens, with all that its text depends on
   * @param length how many tokens that is
   */
  Item(
      Prompt prompt, int length, int maxNewTokens, List<String> steer, Receipt receipt, long seed) {
    this.prompt = prompt;
    this.length = length;
    this.maxNewTokens = maxNewTokens;
    this.steer = steer;
    this.receipt = receipt;
    this.seed = seed;
  }

  /** A row that cannot. */
  Item(Outcome outcome) {
    this(null, 0, 0, List.of(), null, 0);
    this.outcome = outcome;
  }

  Prompt prompt() {
    return prompt;
  }

  int length() {
    return length;
  }

  int maxNewTokens() {
    return maxNewTokens;
  }

  List<String> steer() {
    return steer;
  }

  boolean isDone() {
    return outcome != null;
  }

  Outcome outcome() {
    return outcome;
  }

  void done(Completion text) {
    outcome = Outcome.of(text, receipt);
  }

  void fail(Problem problem) {
    outcome = Outcome.failed(length, OptionalLong.of(seed), problem);
  }
}
