package dev.steerc.runtime.bulk;

import dev.steerc.runtime.Prompt;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a row asks for.
 *
 * @param id what tells it from others with the same prompt and steering, if anything
 * @param prompt what to go on from; its steering and settings do not count
 * @param steer vectors as {@code --steer} takes them; none leaves the model as it is
 * @param seed what chance begins from; empty derives it, see {@link Seeds}
 * @param maxNewTokens empty for as many as all rows get
 */
public record Task(
    Optional<String> id,
    Prompt prompt,
    List<String> steer,
    OptionalLong seed,
    OptionalInt maxNewTokens) {

  public Task {
    steer = List.copyOf(steer);
  }

  /** A prompt as text. */
  public static Task of(String prompt) {
    return of(Prompt.of(prompt));
  }

  public static Task of(Prompt prompt) {
    return new Task(Optional.empty(), prompt, List.of(), OptionalLong.empty(), OptionalInt.empty());
  }

  public Task id(String other) {
    return new Task(Optional.of(other), prompt, steer, seed, maxNewTokens);
  }

  public Task steered(List<String> texts) {
    return new Task(id, prompt, texts, seed, maxNewTokens);
  }

  public Task seed(long own) {
    return new Task(id, prompt, steer, OptionalLong.of(own), maxNewTokens);
  }

  public Task maxNewTokens(int most) {
    return new Task(id, prompt, steer, seed, OptionalInt.of(most));
  }
}
