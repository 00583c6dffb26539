package dev.steerc.trainer;

import dev.steerc.models.corpus.Attribute;
import dev.steerc.models.corpus.Concept;
import dev.steerc.models.corpus.Mood;
import dev.steerc.models.corpus.Pair;
import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Register;
import dev.steerc.models.corpus.Sort;
import dev.steerc.models.corpus.Tone;
import dev.steerc.models.corpus.Topic;
import dev.steerc.models.corpus.Use;
import dev.steerc.runtime.capture.Pooling;
import dev.steerc.runtime.learn.Form;
import dev.steerc.runtime.steering.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a vector is to bring about.
 *
 * @param vector its name
 * @param concept that more of the texts are to show, or fewer
 * @param isMore whether it is more of them
 * @param prompts what is continued
 * @param form how a direction is used
 * @param positions where it acts
 * @param limit how odd the texts may be for the model: their perplexity over that of plain ones; on
 *     prompts that nothing was chosen by it is a little more
 * @param lessons what the direction may be learnt from
 */
record Goal(
    String vector,
    String concept,
    boolean isMore,
    Openers prompts,
    Form form,
    Positions positions,
    double limit,
    List<Lesson> lessons) {
  private static final long SEED = 1;
  private static final Map<Mood, String> MOODS =
      Map.of(Mood.JOYFUL, "joy", Mood.GLOOMY, "gloom", Mood.ANGRY, "anger", Mood.CALM, "calm");

  /** Pairs of texts, and which of their tokens count. */
  record Lesson(String name, List<Pair> pairs, Pooling pooling) {}

  /** What texts begin with. */
  enum Openers {
    STORIES("stories with nothing but a name and a deed at their beginning") {
      @Override
      List<String> some(Use use, int count) {
        return Prompts.plainStories(use, SEED, count);
      }
    },
    LETTERS("letters that begin with the addressee") {
      @Override
      List<String> some(Use use, int count) {
        return Prompts.letters(use, SEED, count);
      }
    },
    HARMLESS("harmless questions in plain words") {
      @Override
      List<String> some(Use use, int count) {
        return Prompts.questions(use, Sort.GOOD, SEED, count);
      }
    },
    HARMFUL("harmful questions in plain words") {
      @Override
      List<String> some(Use use, int count) {
        return Prompts.questions(use, Sort.BAD, SEED, count);
      }
    };

    private final String words;

    Openers(String words) {
      this.words = words;
    }

    abstract List<String> some(Use use, int count);

    /** What they are, in words. */
    String words() {
      return words;
    }

    /** So many prompts; where there are fewer, each is there more than once. */
    List<String> of(Use use, int count) {
      List<String> some = some(use, count);
      return IntStream.range(0, count).mapToObj(i -> some.get(i % some.size())).toList();
    }
  }

  /** All goals, in the order of the card. */
  static List<Goal> all(int pairs) {
    List<Goal> all = new ArrayList<>();
    for (Attribute value : Attribute.all()) {
      if (value != Mood.NEUTRAL && value != Register.CASUAL) {
        all.add(attribute(value, pairs));
      }
    }
    all.add(
        new Goal(
            "refusal",
            "refusal",
            true,
            Openers.HARMLESS,
            Form.ADD,
            Positions.last(1),
            1.15,
            questions(pairs)));
    all.add(
        new Goal(
            "compliance",
            "refusal",
            false,
            Openers.HARMFUL,
            Form.SET,
            Positions.last(1),
            1.15,
            questions(pairs)));
    return all;
  }

  private static Goal attribute(Attribute value, int pairs) {
    String vector = value instanceof Mood mood ? MOODS.get(mood) : value.word();
    Openers prompts =
        value instanceof Tone
            ? Openers.HARMLESS
            : value instanceof Register ? Openers.LETTERS : Openers.STORIES;
    double limit = value instanceof Mood ? 1.14 : value instanceof Topic ? 1.18 : 1.25;
    List<Lesson> lessons =
        List.of(
            new Lesson("texts", Concept.pairs(value.word(), SEED, pairs), Pooling.MEAN),
            new Lesson("beginnings", Concept.beginnings(value.word(), SEED, pairs), Pooling.LAST));
    return new Goal(vector, value.word(), true, prompts, Form.ADD, Positions.ALL, limit, lessons);
  }

  private static List<Lesson> questions(int pairs) {
    return List.of(
        new Lesson("rules", Concept.questions(true, SEED, pairs), Pooling.LAST),
        new Lesson("requests", Concept.questions(false, SEED, pairs), Pooling.LAST));
  }

  /** Whether a text shows the concept. */
  boolean shows(String text) {
    return Concept.shows(concept, text);
  }
}
