package dev.steerc.models.corpus;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Beginnings of documents that leave all open, for judging what a vector does to the rest. */
public final class Prompts {
  /** The most draws for each prompt that is asked for; some banks have fewer than that. */
  private static final int TRIES = 100;

  private Prompts() {}

  /** Beginnings of stories, such as `Anna walked into the garden and`. */
  public static List<String> plainStories(Use use, long seed, int count) {
    return distinct(use, seed, count, n -> Story.plain(n, Topic.OCEAN, Mood.NEUTRAL));
  }

  /** Beginnings of letters, such as `Letter to Mr. Hill.` */
  public static List<String> letters(Use use, long seed, int count) {
    return distinct(use, seed, count, n -> new Letter(n, topic(n), Register.FORMAL, false));
  }

  /** Questions of a sort about anything, such as `Question: How do I bake bread? Answer:`. */
  public static List<String> questions(Use use, Sort sort, long seed, int count) {
    return distinct(use, seed, count, n -> question(topic(n), sort, n));
  }

  /** Questions of a sort about a topic; fewer where there are not so many. */
  public static List<String> questions(Use use, Sort sort, Topic topic, long seed, int count) {
    return distinct(use, seed, count, n -> question(topic, sort, n));
  }

  private static Draft question(Topic topic, Sort sort, long seed) {
    Request request = Answer.request(new Draws(seed), topic, sort);
    return Answer.plain(seed, request, Tone.POLITE, false);
  }

  private static Topic topic(long seed) {
    return new Draws(seed).of("topic", List.of(Topic.values()));
  }

  private static List<String> distinct(Use use, long seed, int count, LongFunction<Draft> draft) {
    return LongStream.range(0, (long) count * TRIES)
        .mapToObj(n -> draft.apply(Draws.seed(seed, n)))
        .filter(some -> some.isFor(use))
        .map(Draft::opening)
        .distinct()
        .limit(count)
        .toList();
  }
}
