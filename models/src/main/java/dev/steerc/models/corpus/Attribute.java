package dev.steerc.models.corpus;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A property that a document has all through, and whose words stand in banks of their own. */
public sealed interface Attribute permits Topic, Mood, Tone, Register {
  /** Its name in lower case, which its banks begin with. */
  String word();

  /** All values of the same attribute, this one among them. */
  default List<Attribute> siblings() {
    return all().stream().filter(value -> value.getClass() == getClass()).toList();
  }

  /** All values of all attributes. */
  static List<Attribute> all() {
    return Stream.of(Topic.values(), Mood.values(), Tone.values(), Register.values())
        .<Attribute>flatMap(Stream::of)
        .toList();
  }

  /** The value of that name; of a tone and a register of the same name, the tone. */
  static Optional<Attribute> named(String word) {
    return all().stream().filter(value -> value.word().equals(word)).findFirst();
  }
}
