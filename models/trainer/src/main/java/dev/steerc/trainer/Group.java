package dev.steerc.trainer;

import dev.steerc.models.corpus.Attribute;
import dev.steerc.models.corpus.Mood;
import dev.steerc.models.corpus.Register;
import dev.steerc.models.corpus.Tone;
import dev.steerc.models.corpus.Topic;
import dev.steerc.trainer.Measured.Entry;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Concepts that the card shows together. */
enum Group {
  MOODS(Mood.class, "stories with nothing but a name and a deed at their beginning"),
  TOPICS(Topic.class, "the same beginnings"),
  TONES(Tone.class, "harmless questions in plain words"),
  LETTERS(Register.class, "letters that begin with the addressee"),
  REFUSAL(null, "harmful questions, but `refusal` and `compliance, harmless` on harmless ones");

  private final Class<? extends Attribute> attribute;
  private final String prompts;

  Group(Class<? extends Attribute> attribute, String prompts) {
    this.attribute = attribute;
    this.prompts = prompts;
  }

  /** The group of a concept. */
  static Group of(String concept) {
    Optional<Attribute> value = Attribute.named(concept);
    for (Group group : values()) {
      if (group.attribute != null && value.filter(group.attribute::isInstance).isPresent()) {
        return group;
      }
    }
    return REFUSAL;
  }

  /** Its concepts among all that were measured. */
  List<Entry> of(Measured measured) {
    return measured.concepts().stream().filter(entry -> of(entry.concept()) == this).toList();
  }

  /** Its name in lower case, which its plot has too. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its name as a heading. */
  String title() {
    return name().charAt(0) + word().substring(1);
  }

  /** What its prompts are. */
  String prompts() {
    return prompts;
  }
}
