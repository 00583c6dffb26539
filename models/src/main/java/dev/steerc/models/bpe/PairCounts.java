package dev.steerc.models.bpe;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How often each two tokens stand side by side in the words of a text, kept up as they merge. */
final class PairCounts {
  /** A word, as tokens, and how often the texts have it. */
  private static final class Counted {
    private final long count;
    private int[] tokens;

    private Counted(int[] tokens, long count) {
      this.tokens = tokens;
      this.count = count;
    }
  }

  /** The most frequent first; of those as frequent, the one with the lower ids. */
  private static final Comparator<Map.Entry<Merge, Long>> BEST =
      Map.Entry.<Merge, Long>comparingByValue()
          .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder()));

  private final Map<Merge, Long> counts = new HashMap<>();
  private final Map<Merge, Set<Counted>> places = new HashMap<>();

  void add(int[] tokens, long count) {
    note(new Counted(tokens, count), 1);
  }

  /** The pair to merge next; empty if there is none. */
  Optional<Merge> best() {
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .max(BEST)
        .map(Map.Entry::getKey);
  }

  /** Puts a new token for a pair wherever it stands. */
  void merge(Merge merge, int merged) {
    for (Counted word : List.copyOf(places.get(merge))) {
      note(word, -1);
      word.tokens = merge.join(word.tokens, merged);
      note(word, 1);
    }
    counts.remove(merge);
    places.remove(merge);
  }

  private void note(Counted word, int sign) {
    for (int i = 0; i + 1 < word.tokens.length; i++) {
      Merge pair = new Merge(word.tokens[i], word.tokens[i + 1]);
      counts.merge(pair, sign * word.count, Long::sum);
      Set<Counted> words = places.computeIfAbsent(pair, key -> new HashSet<>());
      if (sign > 0) {
        words.add(word);
      } else {
        words.remove(word);
      }
    }
  }
}
