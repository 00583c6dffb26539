package dev.steerc.trainer;

import dev.steerc.models.corpus.Document;
import dev.steerc.models.corpus.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Beginnings of documents, of all kinds in turn, none of which is much like another. */
final class Openings {
  /** The most that two may have in common, of all their pairs of words. */
  private static final double ALIKE = 0.3;

  private final List<String> chosen = new ArrayList<>();

  private Openings() {}

  /** So many beginnings, or fewer where the documents do not give more. */
  static List<String> of(List<Document> documents, int count) {
    Map<Kind, List<String>> byKind = new LinkedHashMap<>();
    for (Document document : documents) {
      Carry.beginning(document.text())
          .ifPresent(
              text -> byKind.computeIfAbsent(document.kind(), k -> new ArrayList<>()).add(text));
    }
    Openings openings = new Openings();
    boolean isMore = true;
    while (isMore) {
      isMore = false;
      for (List<String> texts : byKind.values()) {
        isMore |= openings.chosen.size() < count && openings.chooseFrom(texts);
      }
    }
    return openings.chosen;
  }

  /** Takes the first text that is unlike all before it, and leaves out those before. */
  private boolean chooseFrom(List<String> texts) {
    while (!texts.isEmpty()) {
      String text = texts.remove(0);
      if (chosen.stream().noneMatch(other -> shared(text, other) > ALIKE)) {
        return chosen.add(text);
      }
    }
    return false;
  }

  /** The share of pairs of words that both have, 0 to 1. */
  private static double shared(String one, String other) {
    Set<String> both = pairs(one);
    both.retainAll(pairs(other));
    Set<String> all = pairs(one);
    all.addAll(pairs(other));
    return (double) both.size() / all.size();
  }

  private static Set<String> pairs(String text) {
    String[] words = text.split(" ");
    return IntStream.range(1, words.length)
        .mapToObj(i -> words[i - 1] + " " + words[i])
        .collect(Collectors.toCollection(HashSet::new));
  }
}
