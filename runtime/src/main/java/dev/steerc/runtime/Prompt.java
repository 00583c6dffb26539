package dev.steerc.runtime;

import dev.steerc.runtime.steering.Steering;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What to go on from, and how.
 *
 * @param text the prompt as text; empty when it is given as token ids
 * @param ids the prompt as token ids; empty when it is given as text
 * @param special whether the tokenizer may put its own tokens around the text, such as a beginning
 * @param steering what to do to the stream
 * @param settings what differs from the model's own settings
 */
public record Prompt(
    Optional<String> text,
    Optional<long[]> ids,
    boolean special,
    Steering steering,
    UnaryOperator<Settings> settings) {

  /** A prompt as text. */
  public static Prompt of(String text) {
    return new Prompt(
        Optional.of(text), Optional.empty(), true, Steering.NONE, UnaryOperator.identity());
  }

  /** A prompt as token ids, which needs no tokenizer. */
  public static Prompt ofIds(long... ids) {
    return new Prompt(
        Optional.empty(), Optional.of(ids.clone()), true, Steering.NONE, UnaryOperator.identity());
  }

  /** The same without tokens of the tokenizer's own: a chat template has written them. */
  public Prompt verbatim() {
    return new Prompt(text, ids, false, steering, settings);
  }

  public Prompt steered(Steering other) {
    return new Prompt(text, ids, special, other, settings);
  }

  /** The same with some settings changed. */
  public Prompt with(UnaryOperator<Settings> change) {
    return new Prompt(text, ids, special, steering, before -> change.apply(settings.apply(before)));
  }
}
