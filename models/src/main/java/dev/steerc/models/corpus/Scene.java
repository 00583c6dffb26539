package dev.steerc.models.corpus;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is kept through one document, and the filling of patterns with it.
 *
 * <p>A slot {@code {place}} is a kept word, or else an entry of the first bank there is among those
 * of the attributes and the document's kind. {@code {Place}} begins with a capital.
 */
final class Scene {
  private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");
  private static final Pattern ARTICLE = Pattern.compile("\\b([Aa]) (?=[aeiouAEIOU])");
  private static final Pattern SPEECH = Pattern.compile("\\.\" (?=[a-z])");
  private static final Set<String> KEPT = Set.of("place", "object", "surname", "addressee");

  private final Draws draws;
  private final Kind kind;
  private final Map<String, String> kept = new HashMap<>();
  private final Set<String> used = new HashSet<>();

  Scene(long seed, Kind kind) {
    // a seed of its own, lest its choices go with those that made the draft
    this.draws = new Draws(Draws.seed(seed, kind.ordinal()));
    this.kind = kind;
    introduce();
  }

  Draws draws() {
    return draws;
  }

  /** Fixes what a slot stands for. */
  void keep(String slot, String word) {
    kept.put(slot, word);
  }

  private void introduce() {
    boolean isHe = draws.happens("he", 0.5);
    keep("name", draws.of("name", Banks.of(isHe ? "he" : "she")));
    keep("he", isHe ? "he" : "she");
    keep("him", isHe ? "him" : "her");
    keep("his", isHe ? "his" : "her");
    keep("mate", draws.happens("kin", 0.5) ? kept.get("his") + " " + kin() : friend());
  }

  private String kin() {
    return draws.of("kin", Banks.of("kin"));
  }

  private String friend() {
    List<String> others =
        Stream.of("he", "she")
            .flatMap(bank -> Banks.of(bank).stream())
            .filter(name -> !name.equals(kept.get("name")))
            .toList();
    return draws.of("friend", others);
  }

  /** An entry of the kind's bank, filled with the words of the attributes. */
  String say(String bank, Attribute... attributes) {
    return filled(entry(bank, attributes), attributes);
  }

  /** A pattern, filled with the words of the attributes. */
  String filled(String pattern, Attribute... attributes) {
    Matcher slots = SLOT.matcher(pattern);
    String text =
        slots.replaceAll(slot -> Matcher.quoteReplacement(word(slot.group(1), attributes)));
    text = ARTICLE.matcher(text).replaceAll("$1n ");
    return SPEECH.matcher(text).replaceAll(",\" ");
  }

  private String word(String slot, Attribute... attributes) {
    if (Character.isUpperCase(slot.charAt(0))) {
      return capital(
          word(slot.substring(0, 1).toLowerCase(Locale.ROOT) + slot.substring(1), attributes));
    }
    String word = kept.get(slot);
    if (word == null) {
      word = filled(entry(slot, attributes), attributes);
      if (KEPT.contains(slot)) {
        keep(slot, word);
      }
    }
    return word;
  }

  /** An entry that the document does not have yet, where the bank is large enough. */
  private String entry(String slot, Attribute... attributes) {
    List<String> entries = bank(slot, attributes);
    int first = draws.below(slot, entries.size());
    for (int i = 0; i < entries.size(); i++) {
      String entry = entries.get((first + i) % entries.size());
      if (used.add(entry)) {
        return entry;
      }
    }
    return entries.get(first);
  }

  private List<String> bank(String slot, Attribute... attributes) {
    String name = slot.equals("thing") ? "object" : slot;
    return Stream.concat(Stream.of(attributes).map(Attribute::word), Stream.of(kindWord()))
        .map(family -> family + "." + name)
        .filter(Banks::has)
        .findFirst()
        .map(Banks::of)
        .orElseGet(() -> Banks.of(name));
  }

  private String kindWord() {
    return kind == Kind.ANSWER ? "question" : kind.name().toLowerCase(Locale.ROOT);
  }

  static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** Sentences, one behind the other. */
  static String text(Stream<String> sentences) {
    return sentences.filter(sentence -> !sentence.isEmpty()).collect(Collectors.joining(" "));
  }
}
