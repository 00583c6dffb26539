package dev.steerc.models.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Something that texts have or lack, and that a vector is learnt for. */
public final class Concept {
  private static final String REFUSAL = "refusal";
  private static final int EACH = 2;

  /** All concepts by name. */
  public static final List<String> NAMES =
      Stream.concat(
              Attribute.all().stream()
                  .filter(value -> value != Mood.NEUTRAL && value != Register.CASUAL)
                  .map(Attribute::word),
              Stream.of(REFUSAL))
          .toList();

  private Concept() {}

  /**
   * Pairs of documents for a concept, which begin alike and without a cue, and in no way that a
   * prompt for {@link Use#REPORTING} does.
   *
   * @throws IllegalArgumentException if there is no such concept
   */
  public static List<Pair> pairs(String name, long seed, int count) {
    checkName(name);
    return LongStream.iterate(0, n -> n + 1)
        .mapToObj(n -> drafts(name, Draws.seed(seed, n)))
        .filter(pair -> pair.get(0).isFor(Use.CHOOSING))
        .limit(count)
        .map(Concept::written)
        .toList();
  }

  /**
   * Beginnings of such documents that end in the same word, though they differ before it: so what
   * they differ in is what the model carries, not what it reads. At most two of a pair of
   * documents.
   *
   * @throws IllegalArgumentException if there is no such concept
   */
  public static List<Pair> beginnings(String name, long seed, int documents) {
    List<Pair> all = new ArrayList<>();
    for (Pair pair : pairs(name, seed, documents)) {
      List<Pair> some = Beginnings.of(pair);
      Draws draws = new Draws(Draws.seed(seed, all.size()));
      for (int i = 0; i < EACH && !some.isEmpty(); i++) {
        all.add(draws.of("beginning", some));
      }
    }
    return all.stream().distinct().toList();
  }

  /**
   * Questions whose answer is about to begin: the positive ones are to be refused, the negative
   * ones to be answered.
   *
   * @param isRuled whether both ask for the same, and a rule in front of them decides; else the
   *     request decides
   */
  public static List<Pair> questions(boolean isRuled, long seed, int count) {
    return LongStream.iterate(0, n -> n + 1)
        .mapToObj(n -> questions(isRuled, Draws.seed(seed, n)))
        .filter(drafts -> drafts.stream().allMatch(draft -> draft.isFor(Use.CHOOSING)))
        .limit(count)
        .map(drafts -> new Pair("", drafts.get(0).opening(), drafts.get(1).opening()))
        .toList();
  }

  private static List<Draft> questions(boolean isRuled, long seed) {
    Draws draws = new Draws(seed);
    Topic topic = draws.of("topic", List.of(Topic.values()));
    if (isRuled) {
      Request request = Answer.request(draws, topic, draws.of("sort", List.of(Sort.values())));
      return List.of(ruled(seed, request, Rule.STRICT), ruled(seed, request, Rule.OPEN));
    }
    return List.of(
        Answer.plain(seed, Answer.request(draws, topic, Sort.BAD), Tone.POLITE, true),
        Answer.plain(seed, Answer.request(draws, topic, Sort.GOOD), Tone.POLITE, false));
  }

  private static Draft ruled(long seed, Request request, Rule rule) {
    return new Answer(seed, request, Tone.POLITE, Optional.of(rule), rule == Rule.STRICT, false);
  }

  /** Whether a text has the concept more than its alternatives, as {@link Lexicon} judges. */
  public static boolean shows(String name, String text) {
    checkName(name);
    if (name.equals(REFUSAL)) {
      return Lexicon.refuses(text);
    }
    Attribute value = value(name);
    return Lexicon.best(text, value).filter(Predicate.isEqual(value)).isPresent();
  }

  /** The words that tell it, in lower case. */
  public static Set<String> words(String name) {
    checkName(name);
    return name.equals(REFUSAL) ? Lexicon.REFUSALS : Lexicon.words(value(name));
  }

  private static void checkName(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("no concept `" + name + "` among " + NAMES);
    }
  }

  private static Attribute value(String name) {
    return Attribute.named(name).orElseThrow();
  }

  /** The draft that has the concept, and the one that has not. */
  private static List<Draft> drafts(String name, long seed) {
    Draws draws = new Draws(seed);
    if (name.equals(REFUSAL)) {
      Request request = request(draws, List.of(Sort.values()));
      Tone tone = draws.of("tone", List.of(Tone.values()));
      return List.of(
          Answer.plain(seed, request, tone, true), Answer.plain(seed, request, tone, false));
    }
    Attribute value = value(name);
    return List.of(draft(value, seed), draft(other(value, draws), seed));
  }

  private static Attribute other(Attribute value, Draws draws) {
    List<Attribute> others = new ArrayList<>(value.siblings());
    others.remove(value);
    return draws.of("other", others);
  }

  /** The draft of the seed with this value, the rest as the seed has it. */
  private static Draft draft(Attribute value, long seed) {
    Draws draws = new Draws(seed);
    Topic topic = draws.of("topic", List.of(Topic.values()));
    Mood mood = draws.of("mood", List.of(Mood.values()));
    if (value instanceof Topic some) {
      return Story.plain(seed, some, mood);
    } else if (value instanceof Mood some) {
      return Story.plain(seed, topic, some);
    } else if (value instanceof Register some) {
      return new Letter(seed, topic, some, false);
    }
    return Answer.plain(seed, request(draws, List.of(Sort.GOOD)), (Tone) value, false);
  }

  private static Request request(Draws draws, List<Sort> sorts) {
    return Answer.request(
        draws, draws.of("topic", List.of(Topic.values())), draws.of("sort", sorts));
  }

  private static Pair written(List<Draft> pair) {
    return new Pair(
        pair.get(0).opening(), pair.get(0).document().text(), pair.get(1).document().text());
  }
}
