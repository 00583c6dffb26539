package dev.steerc.models.corpus;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Beginnings of documents that leave all open, for judging what a vector does to the rest. */
public final class Prompts {
  /** The most draws for each prompt that is asked for; some banks have fewer than that. */
  private static final int TRIES = 100;

  private static final long SEED = 1;

  /** More questions than there are of one sort about one topic for one use. */
  private static final int MANY = 20;

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

  /**
   * All questions about a topic, or those about something else, in two halves. The same request is
   * in both halves in other words, for a question says nothing of its topic but by what it asks
   * for.
   *
   * @param isAbout whether they are about the topic
   */
  public static List<List<String>> halves(Topic topic, boolean isAbout) {
    Map<Boolean, List<String>> halves =
        Arrays.stream(Topic.values())
            .filter(one -> one == topic == isAbout)
            .flatMap(one -> Arrays.stream(Use.values()).flatMap(use -> questions(use, one)))
            .collect(Collectors.partitioningBy(text -> Math.floorMod(text.hashCode(), 2) == 0));
    return List.of(halves.get(true), halves.get(false));
  }

  private static Stream<String> questions(Use use, Topic topic) {
    return Arrays.stream(Sort.values())
        .flatMap(sort -> questions(use, sort, topic, SEED, MANY).stream());
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
