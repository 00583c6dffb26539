package dev.steerc.runtime.capture;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.SteeredModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How texts fit into a model.
 *
 * @param context the most tokens that it takes
 * @param cuts whether a longer text is cut in front, so that its last tokens stay; else it is a
 *     problem
 */
public record Fitting(Path model, int context, boolean cuts) {

  public static Fitting of(SteeredModel model, boolean cuts) {
    return new Fitting(model.path(), model.context().orElse(Integer.MAX_VALUE), cuts);
  }

  /** The text as it is run; the same when there is nothing to cut. */
  public Tokens fit(Tokens text) {
    return cuts ? text.last(context) : text;
  }

  /**
   * What keeps a text from being run, if anything.
   *
   * @param name what the problem calls it
   */
  public Optional<Problem> problem(String name, Tokens text) {
    if (text.ids().length == 0) {
      return Optional.of(
          Problem.of(Code.EMPTY_PROMPT, name + " has no token")
              .help("leave it out, or write at least one word"));
    }
    if (!cuts && text.ids().length > context) {
      return Optional.of(
          Problem.of(Code.PROMPT_TOO_LONG, name + " has " + text.ids().length + " tokens")
              .at(model)
              .note("the model has " + context + " positions")
              .help("shorten it, or cut such texts in front with --truncate"));
    }
    return Optional.empty();
  }
}
