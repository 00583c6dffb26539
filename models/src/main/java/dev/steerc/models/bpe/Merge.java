package dev.steerc.models.bpe;

import java.util.Arrays;
import java.util.Comparator;

/** Two tokens that become one where they stand side by side. */
record Merge(int left, int right) implements Comparable<Merge> {
  private static final Comparator<Merge> ORDER =
      Comparator.comparingInt(Merge::left).thenComparingInt(Merge::right);

  @Override
  public int compareTo(Merge other) {
    return ORDER.compare(this, other);
  }

  /**
   * A word with all pairs joined, from the left.
   *
   * @param merged the id of the new token
   */
  int[] join(int[] word, int merged) {
    int[] joined = new int[word.length];
    int length = 0;
    for (int i = 0; i < word.length; i++) {
      boolean isPair = i + 1 < word.length && word[i] == left && word[i + 1] == right;
      joined[length++] = isPair ? merged : word[i];
      i += isPair ? 1 : 0;
    }
    return length == word.length ? word : Arrays.copyOf(joined, length);
  }
}
