package dev.steerc.runtime.capture;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a model takes a text.
 *
 * @param context how many tokens it takes
 * @param cuts whether a text that is longer is cut in front, and no problem
 */
public record Fit(Path model, int context, boolean cuts) {

  public static Fit of(SteeredModel model, boolean cuts) {
    return new Fit(model.path(), model.context().orElse(Integer.MAX_VALUE), cuts);
  }

  /** The text as it is run. */
  public Tokens fitting(Tokens text) {
    return cuts ? text.last(context) : text;
  }

  /**
   * What is wrong with a text.
   *
   * @param number which it is, counted from 1
   */
  public Optional<Problem> problem(long number, Tokens text) {
    int tokens = text.ids().length;
    if (tokens == 0) {
      return Optional.of(
          Problem.of(Code.EMPTY_PROMPT, "text " + number + " has no token")
              .help("leave it out, or write at least one word"));
    }
    return cuts || tokens <= context
        ? Optional.empty()
        : Optional.of(
            Problem.of(Code.PROMPT_TOO_LONG, "text " + number + " has " + tokens + " tokens")
                .at(model)
                .note("the model has " + context + " positions")
                .help("shorten it, or cut such texts in front with --truncate"));
  }
}
