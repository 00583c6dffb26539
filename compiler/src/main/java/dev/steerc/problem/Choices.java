package dev.steerc.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Help for somebody who named something that does not exist. */
public final class Choices {
  private static final int FAR = 3;

  private Choices() {}

  /** What can be chosen, and which of it was probably meant. */
  public static String help(String wrong, Collection<String> choices) {
    String all = "choose one of " + String.join(", ", choices);
    return close(wrong, choices).map(c -> "did you mean `" + c + "`? " + all).orElse(all);
  }

  /** The choice that was probably meant, if one is close. */
  public static Optional<String> close(String wrong, Collection<String> choices) {
    String lower = wrong.toLowerCase(Locale.ROOT);
    return choices.stream()
        .filter(choice -> Math.abs(lower.length() - choice.length()) <= FAR)
        .filter(choice -> distance(lower, choice) <= Math.min(FAR, choice.length() - 1))
        .min(Comparator.comparingInt(choice -> distance(lower, choice)));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
