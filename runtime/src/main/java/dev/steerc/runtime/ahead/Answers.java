package dev.steerc.runtime.ahead;

import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TokenScore;
import java.util.List;

/**
 * What a model makes of a prompt: some tokens and what it thought of them, one after another, so
 * that a prompt and steps are run.
 */
record Answers(List<List<TokenScore>> scores) {
  private static final int PROMPT = 5;
  private static final int STEPS = 3;
  private static final int ROWS = 2;
  private static final int MOST_SCORES = 1000;

  static Answers of(SteeredModel model) {
    int length = Math.max(1, Math.min(PROMPT, model.context().orElse(PROMPT + STEPS) - STEPS));
    long[] ids = new long[length];
    for (int i = 0; i < length; i++) {
      ids[i] = (7 + 31L * i) % model.vocabulary();
    }
    int best = Math.min(MOST_SCORES, model.vocabulary());
    Prompt prompt =
        Prompt.ofIds(ids).with(s -> s.greedy().maxNewTokens(STEPS).sequences(ROWS).logprobs(best));
    return new Answers(model.generate(prompt).stream().map(c -> c.orThrow().scores()).toList());
  }
}
