package dev.steerc.cli;

import dev.steerc.models.corpus.Concept;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Gives the words of some concepts their colours. */
final class Palette {
  private static final Pattern WORD = Pattern.compile("[A-Za-z]+('[a-z]+)?");
  private static final String YELLOW = "33";

  /** As terminals number them; bright where the plain one is hard to read on black. */
  private static final Map<String, String> COLOURS =
      Map.of(
          "joyful", "32",
          "gloomy", "94",
          "angry", "31",
          "calm", "36",
          "ocean", "36",
          "mountain", "35",
          "polite", "32",
          "pirate", YELLOW,
          "formal", "35",
          "refusal", "31");

  private final List<String> concepts;
  private final Style style;

  /** Colours these concepts; of a word that two have, the first one's counts. */
  Palette(List<String> concepts, Style style) {
    this.concepts = concepts;
    this.style = style;
  }

  /** A line with the words in colour. */
  String paint(String line) {
    return WORD.matcher(line)
        .replaceAll(
            word -> concept(word.group()).map(c -> paint(c, word.group())).orElse(word.group()));
  }

  /** Says what the colours mean; empty where there are none. */
  String legend() {
    if (!style.isEnabled()) {
      return "";
    }
    String names =
        concepts.stream()
            .map(concept -> paint(concept, concept))
            .collect(Collectors.joining(style.faint(", ")));
    return style.faint("in colour: ") + names;
  }

  private Optional<String> concept(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return concepts.stream().filter(concept -> Concept.words(concept).contains(lower)).findFirst();
  }

  private String paint(String concept, String text) {
    return style.paint(COLOURS.getOrDefault(concept, YELLOW), text);
  }
}
