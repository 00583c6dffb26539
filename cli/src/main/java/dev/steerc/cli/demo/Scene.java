package dev.steerc.cli.demo;

import java.util.List;
import java.util.Optional;

/** Something that steering does, shown by a few texts. */
public sealed interface Scene permits Comparison, Batch, Swap {
  /** A word for it. */
  String name();

  /** What there is to see, in a sentence. */
  String says();

  /** The concepts whose words are worth a colour, as {@code Concept} names them. */
  List<String> marks();

  /** Generates the texts. */
  Played play(Stage stage);

  /** Measures the same on many texts, where that tells more; it takes longer. */
  default Optional<Numbers> count(Stage stage) {
    return Optional.empty();
  }
}
