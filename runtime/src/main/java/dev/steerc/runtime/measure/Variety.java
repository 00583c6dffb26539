package dev.steerc.runtime.measure;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How varied texts are; a word is what white space surrounds. */
final class Variety {
  /** How many words in a row count as a repetition. */
  private static final int REPEATED = 4;

  private Variety() {}

  /**
   * The share of different ones among all groups of {@code n} adjacent words of all texts; 0 when
   * there are none. Source: arXiv 1510.03055.
   */
  static double distinct(List<String> texts, int n) {
    Set<List<String>> different = new HashSet<>();
    int all = 0;
    for (String text : texts) {
      List<String> words = words(text);
      for (int i = n; i <= words.size(); i++) {
        different.add(words.subList(i - n, i));
        all++;
      }
    }
    return all == 0 ? 0 : different.size() / (double) all;
  }

  /**
   * The share of the groups of four adjacent words that a text had before, mean over the texts; one
   * that is too short for a group repeats nothing. Source: seq-rep-4 of arXiv 1908.04319.
   */
  static double repetition(List<String> texts) {
    return texts.stream()
            .filter(text -> words(text).size() >= REPEATED)
            .mapToDouble(text -> 1 - distinct(List.of(text), REPEATED))
            .sum()
        / Math.max(1, texts.size());
  }

  private static List<String> words(String text) {
    String stripped = text.strip();
    return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+"));
  }
}
