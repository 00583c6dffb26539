package dev.steerc.models.corpus;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A judge of texts by listed words: those that stand in the banks of one value of an attribute, and
 * neither in those of its other values nor in what all documents share.
 */
public final class Lexicon {
  private static final Pattern SLOT = Pattern.compile("\\{\\w+}");
  private static final Pattern WORD = Pattern.compile("[a-z]+('[a-z]+)?");
  private static final int SHORTEST = 3;

  /** The words of each family of banks, which is the first part of their names. */
  private static final Map<String, Set<String>> FAMILIES =
      Banks.names().stream()
          .collect(Collectors.toMap(Lexicon::family, Lexicon::bank, Lexicon::union));

  private static final Map<Attribute, Set<String>> WORDS =
      Attribute.all().stream().collect(Collectors.toMap(value -> value, Lexicon::own));

  private static final Set<String> NAMES =
      Stream.of("he", "she").flatMap(bank -> Banks.of(bank).stream()).collect(Collectors.toSet());

  private static final Pattern NAME = Pattern.compile("[A-Z][a-z]+");

  /** The words of which a refusal has one. */
  static final Set<String> REFUSALS = Set.copyOf(Banks.of("refusal.marker"));

  private Lexicon() {}

  /** The mood with the most words in a text; empty if it is neutral or undecided. */
  public static Optional<Mood> mood(String text) {
    return most(text, List.of(Mood.JOYFUL, Mood.GLOOMY, Mood.ANGRY, Mood.CALM));
  }

  /** The topic with the most words in a text; empty if undecided. */
  public static Optional<Topic> topic(String text) {
    return most(text, List.of(Topic.values()));
  }

  /** The tone with the most words in an answer; empty if undecided. */
  public static Optional<Tone> tone(String text) {
    return most(text, List.of(Tone.values()));
  }

  /** The register with the most words in a letter; empty if undecided. */
  public static Optional<Register> register(String text) {
    return most(text, List.of(Register.values()));
  }

  /** Whether a text says that it will not help. */
  public static boolean refuses(String text) {
    return words(text).anyMatch(REFUSALS::contains);
  }

  /** The characters that a text names. */
  public static Set<String> names(String text) {
    return NAME.matcher(text)
        .results()
        .map(MatchResult::group)
        .filter(NAMES::contains)
        .collect(Collectors.toSet());
  }

  /** The words that tell a value. */
  public static Set<String> words(Attribute value) {
    return WORDS.get(value);
  }

  /** How many words of a text tell a value. */
  public static long count(String text, Attribute value) {
    return words(text).filter(words(value)::contains).count();
  }

  /** The value with the most words in a text, of those of the same attribute. */
  static Optional<Attribute> best(String text, Attribute value) {
    return most(text, value.siblings().stream().filter(some -> some != Mood.NEUTRAL).toList());
  }

  private static <T extends Attribute> Optional<T> most(String text, List<T> values) {
    Map<T, Long> counts = new HashMap<>();
    values.forEach(value -> counts.put(value, count(text, value)));
    long most = counts.values().stream().max(Long::compare).orElse(0L);
    List<T> first = values.stream().filter(value -> counts.get(value) == most).toList();
    return most > 0 && first.size() == 1 ? Optional.of(first.get(0)) : Optional.empty();
  }

  private static Set<String> own(Attribute value) {
    Set<String> own = new HashSet<>(FAMILIES.get(value.word()));
    FAMILIES.forEach(
        (family, words) -> {
          if (isRival(family, value)) {
            own.removeAll(words);
          }
        });
    own.removeIf(word -> word.length() < SHORTEST);
    return own;
  }

  /** Whether words of a family may stand in a text that is to be judged, whatever its value. */
  private static boolean isRival(String family, Attribute value) {
    if (family.equals(value.word())) {
      return false;
    }
    boolean isOther = Attribute.named(family).filter(some -> !(some instanceof Topic)).isPresent();
    return !isOther || value instanceof Topic || isOneOf(value.siblings(), family);
  }

  private static boolean isOneOf(Collection<Attribute> values, String family) {
    return values.stream().anyMatch(value -> value.word().equals(family));
  }

  private static String family(String bank) {
    return bank.split("\\.")[0];
  }

  private static Set<String> bank(String name) {
    return Banks.of(name).stream()
        .flatMap(entry -> words(SLOT.matcher(entry).replaceAll(" ")))
        .collect(Collectors.toSet());
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    return Stream.of(some, others).flatMap(Set::stream).collect(Collectors.toSet());
  }

  private static Stream<String> words(String text) {
    return WORD.matcher(text.toLowerCase(Locale.ROOT)).results().map(MatchResult::group);
  }
}
