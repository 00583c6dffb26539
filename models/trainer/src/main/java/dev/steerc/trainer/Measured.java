package dev.steerc.trainer;

import dev.steerc.manifest.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the vectors of a model do to its texts, as {@code measured.json} tells it.
 *
 * @param model the SHA-256 of the model's file, as {@link Digest} gives it
 * @param pairs how many pairs of texts each vector was learnt from
 * @param prompts how many prompts each number is measured on
 * @param concepts in the order in which the card shows them within their group
 * @param condition what conditional steering does
 */
record Measured(String model, int pairs, int prompts, List<Entry> concepts, Condition condition) {
  static final String FILE = "measured.json";

  /**
   * A use of a vector.
   *
   * @param label what the card calls it
   * @param concept that the texts are judged by
   * @param steer what {@code --steer} takes
   * @param prompts what is continued, in words
   * @param blocks where the vector acts
   * @param curve by strength, which is 0 somewhere, on prompts for {@code Use.CHOOSING}
   * @param plain without steering, on prompts for {@code Use.REPORTING}
   * @param steered at strength 1, on the same prompts
   * @param samples texts at some strengths, possibly none
   */
  record Entry(
      String label,
      String concept,
      String steer,
      String prompts,
      List<Integer> blocks,
      List<Point> curve,
      Point plain,
      Point steered,
      List<Sample> samples) {
    Entry {
      blocks = List.copyOf(blocks);
      curve = List.copyOf(curve);
      samples = List.copyOf(samples);
    }

    private static Entry of(Fields fields) {
      return new Entry(
          fields.text("label"),
          fields.text("concept"),
          fields.text("steer"),
          fields.text("prompts"),
          fields.wholes("blocks"),
          fields.list("curve").stream().map(Point::of).toList(),
          Point.of(fields.object("plain")),
          Point.of(fields.object("steered")),
          fields.list("samples").stream().map(Sample::of).toList());
    }

    private Map<String, Object> toMap() {
      return Json.object(
          "label",
          label,
          "concept",
          concept,
          "steer",
          steer,
          "prompts",
          prompts,
          "blocks",
          blocks,
          "plain",
          plain.toMap(),
          "steered",
          steered.toMap(),
          "curve",
          curve.stream().map(Point::toMap).toList(),
          "samples",
          samples.stream().map(Sample::toMap).toList());
    }
  }

  /**
   * A measurement at one strength.
   *
   * @param rate the share of texts that show the concept, 0 to 1
   * @param perplexity of the texts under the model without steering
   * @param distinct2 the share of different pairs of words among all
   */
  record Point(double strength, double rate, double perplexity, double distinct2) {
    private static Point of(Fields fields) {
      return new Point(
          fields.number("strength"),
          fields.number("rate"),
          fields.number("perplexity"),
          fields.number("distinct2"));
    }

    private Map<String, Object> toMap() {
      return Json.object(
          "strength", strength, "rate", rate, "perplexity", perplexity, "distinct2", distinct2);
    }
  }

  /**
   * A vector that acts on a condition, on prompts for {@code Use.REPORTING}.
   *
   * @param when what {@code --when} takes
   * @param acts the share of questions that it is for, on which it acts
   * @param actsElsewhere the share of other questions on which it acts all the same
   * @param shown the share of answers to the first that show the concept
   * @param shownElsewhere the same of the others
   * @param questions how many different ones there were of the first and of the others
   */
  record Condition(
      String steer,
      String when,
      double acts,
      double actsElsewhere,
      double shown,
      double shownElsewhere,
      List<Integer> questions) {
    /** None was measured yet. */
    static final Condition NONE = new Condition("", "", 0, 0, 0, 0, List.of(0, 0));

    Condition {
      questions = List.copyOf(questions);
    }

    private static Condition of(Fields fields) {
      return new Condition(
          fields.text("steer"),
          fields.text("when"),
          fields.number("acts"),
          fields.number("acts elsewhere"),
          fields.number("shown"),
          fields.number("shown elsewhere"),
          fields.wholes("questions"));
    }

    private Map<String, Object> toMap() {
      return Json.object(
          "steer",
          steer,
          "when",
          when,
          "acts",
          acts,
          "acts elsewhere",
          actsElsewhere,
          "shown",
          shown,
          "shown elsewhere",
          shownElsewhere,
          "questions",
          questions);
    }
  }

  /** A text at one strength, without its prompt. */
  record Sample(double strength, String prompt, String text) {
    private static Sample of(Fields fields) {
      return new Sample(fields.number("strength"), fields.text("prompt"), fields.text("text"));
    }

    private Map<String, Object> toMap() {
      return Json.object("strength", strength, "prompt", prompt, "text", text);
    }
  }

  Measured {
    concepts = List.copyOf(concepts);
  }

  /** What is known of the model in a folder: nothing where the file tells of another. */
  static Measured begun(Path folder, int pairs, int prompts) {
    String model = Digest.of(folder.resolve(Export.MODEL));
    if (Files.exists(folder.resolve(FILE))) {
      Measured before = read(folder);
      if (before.model().equals(model)) {
        return new Measured(model, pairs, prompts, before.concepts(), before.condition());
      }
    }
    return new Measured(model, pairs, prompts, List.of(), Condition.NONE);
  }

  /** The same with some entries instead of those of the same labels, or behind the others. */
  Measured with(List<Entry> entries) {
    Map<String, Entry> all = new LinkedHashMap<>();
    concepts.forEach(entry -> all.put(entry.label(), entry));
    entries.forEach(entry -> all.put(entry.label(), entry));
    return new Measured(model, pairs, prompts, List.copyOf(all.values()), condition);
  }

  Measured with(Condition other) {
    return new Measured(model, pairs, prompts, concepts, other);
  }

  /** Reads the file in a folder. */
  static Measured read(Path folder) {
    return Fields.read(folder.resolve(FILE), Measured::of, "run `models/recipe vectors`");
  }

  /** Replaces the file in a folder. */
  void write(Path folder) {
    JsonLines.write(
        folder.resolve(FILE),
        Json.object(
            "model",
            model,
            "pairs",
            pairs,
            "prompts",
            prompts,
            "concepts",
            concepts.stream().map(Entry::toMap).toList(),
            "condition",
            condition.toMap()));
  }

  private static Measured of(Fields fields) {
    return new Measured(
        fields.text("model"),
        fields.whole("pairs"),
        fields.whole("prompts"),
        fields.list("concepts").stream().map(Entry::of).toList(),
        Condition.of(fields.object("condition")));
  }
}
