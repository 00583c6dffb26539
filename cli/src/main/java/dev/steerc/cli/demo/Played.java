package dev.steerc.cli.demo;

import dev.steerc.runtime.Completion;
import java.util.List;
import java.util.Optional;

/**
 * A scene with its texts.
 *
 * @param rows what stands side by side
 * @param java the lines that a program in Java has for it; none where the command does it
 * @param numbers what the same does to many texts, where that was measured
 */
public record Played(
    Scene scene, List<List<Shown>> rows, List<String> java, Optional<Numbers> numbers) {

  Played(Scene scene, List<List<Shown>> rows, List<String> java) {
    this(scene, rows, java, Optional.empty());
  }

  public Played {
    rows = List.copyOf(rows);
    java = List.copyOf(java);
  }

  /** The same with what {@link Scene#count} gave. */
  public Played with(Optional<Numbers> measured) {
    return new Played(scene, rows, java, measured);
  }

  /** A piece of a text and what it was steered with. */
  public record Part(String label, String text) {}

  /**
   * A text that was generated.
   *
   * @param parts the whole of it, in two where the steering changed in the middle
   */
  public record Shown(Take take, Completion completion, List<Part> parts) {
    static Shown of(Take take, Completion completion) {
      return new Shown(take, completion, List.of(new Part(take.label(), completion.text())));
    }

    public String text() {
      return completion.text();
    }
  }
}
