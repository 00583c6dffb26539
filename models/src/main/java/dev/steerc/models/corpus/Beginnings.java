package dev.steerc.models.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The beginnings of twin texts that end in the same word, though something differs before it. */
final class Beginnings {
  private final String[] positive;
  private final String[] negative;
  private final int[][] common;

  private Beginnings(Pair pair) {
    positive = pair.positive().split(" ");
    negative = pair.negative().split(" ");
    common = new int[positive.length + 1][negative.length + 1];
    for (int i = positive.length - 1; i >= 0; i--) {
      for (int j = negative.length - 1; j >= 0; j--) {
        common[i][j] =
            positive[i].equals(negative[j])
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
  }

  /** All of them, but for the whole texts, by the words that both texts have in the same order. */
  static List<Pair> of(Pair pair) {
    return new Beginnings(pair).all(pair.opening());
  }

  private List<Pair> all(String opening) {
    List<Pair> all = new ArrayList<>();
    boolean differs = false;
    int i = 0;
    int j = 0;
    while (i < positive.length - 1 && j < negative.length - 1) {
      if (positive[i].equals(negative[j])) {
        i++;
        j++;
        if (differs) {
          all.add(new Pair(opening, joined(positive, i), joined(negative, j)));
        }
      } else {
        differs = true;
        if (common[i + 1][j] >= common[i][j + 1]) {
          i++;
        } else {
          j++;
        }
      }
    }
    return all;
  }

  private static String joined(String[] words, int count) {
    return String.join(" ", Arrays.copyOf(words, count));
  }
}
