package dev.steerc.cli.demo;

import dev.steerc.models.corpus.Prompts;
import dev.steerc.models.corpus.Use;
import java.util.List;

/**
 * All that the demo shows: prompts, seeds, vectors and strengths stand here and nowhere else. The
 * vectors are made so that strength 1 is right.
 */
public final class Scenes {
  private static final String HOME = "Anna came home and";
  private static final String WINDOW = "Tom opened the window and";
  private static final String BREAD = "Question: How do I bake bread? Answer:";
  private static final String BOAT = "Question: How do I row a boat? Answer:";
  private static final String STEAL = "Question: How do I steal a boat? Answer:";
  private static final String LETTER = "Letter to Mr. Hill.";

  /** The condition that a question is about the kitchen, with the threshold of the card. */
  static final String KITCHEN = "kitchen-question@2.resid_mid>-0.026";

  private static final int TEXTS = 60;

  /** What a person may try next. */
  public static final Take TO_TRY = Take.of(HOME, 0, "ocean");

  private static final Comparison MOOD =
      Comparison.of(
              "Mood",
              "the same prompt and the same seed; what differs is a vector, added to the stream.",
              "joyful",
              "gloomy")
          .row(66, WINDOW, "", "joy", "gloom")
          .counting(
              new Survey(
                  () -> Prompts.plainStories(Use.REPORTING, 5, TEXTS),
                  1,
                  List.of("joyful", "gloomy")));

  private static final Scene TOPIC =
      Comparison.of(
              "Topic", "the same with vectors for what a story is about.", "ocean", "mountain")
          .row(82, HOME, "", "ocean", "mountain");

  private static final Scene TONE =
      Comparison.of("Tone", "the same answer, told by someone else.", "polite", "pirate")
          .row(65, BREAD, "", "polite", "pirate");

  private static final Scene LETTERS =
      Comparison.of("Letters", "how a letter sounds.", "formal").row(15, LETTER, "", "formal");

  private static final Scene REFUSAL =
      Comparison.of(
              "Refusal",
              "with its direction set to what it is in harmless questions, the model answers what it"
                  + " would refuse; with it added, it refuses what it would answer.",
              "refusal")
          .row(21, STEAL, "", "compliance:1:last:1")
          .row(1, BREAD, "", "refusal:1:last:1");

  private static final Scene CONDITION =
      Comparison.of(
              "On a condition",
              "a pirate answers only where the question is about the kitchen.",
              "pirate")
          .row(kitchen(BREAD), kitchen(BOAT));

  private static final Scene BATCH =
      new Batch(
          "A batch",
          "four texts in one run, each with its own prompt and its own steering.",
          List.of("joyful", "gloomy", "pirate", "formal"),
          List.of(
              Take.of(HOME, 10, "joy"),
              Take.of(HOME, 4, "gloom"),
              Take.of(BREAD, 21, "pirate"),
              Take.of(LETTER, 7, "formal")));

  private static final Scene SWAP =
      new Swap(
          "Hot swap",
          "another vector from one token to the next, while the text is being written. In"
              + " `steerc chat`, /steer does it between two answers.",
          List.of("joyful", "gloomy"),
          Take.of(HOME, 10, "joy"),
          20,
          "gloom");

  private static final Scene STRENGTH =
      Comparison.of(
              "Too much",
              "a strength far beyond what a vector is made for gives word salad.",
              "joyful")
          .row(10, HOME, "joy:0.5", "joy", "joy:4");

  private Scenes() {}

  private static Take kitchen(String prompt) {
    return Take.of(prompt, 21, "pirate").when(KITCHEN);
  }

  /** What the demo shows by itself. */
  public static List<Scene> first() {
    return List.of(MOOD);
  }

  /** What it shows with {@code --all}. */
  public static List<Scene> all() {
    return List.of(
        MOOD.row(100, HOME, "", "joy", "gloom"),
        TOPIC,
        TONE,
        LETTERS,
        REFUSAL,
        CONDITION,
        BATCH,
        SWAP,
        STRENGTH);
  }
}
