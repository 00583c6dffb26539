package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;

/** Two texts in two columns, with the words that only one of them has in colour. */
final class SideBySide {
  /** A word and whether the other text lacks it. */
  private record Word(String text, boolean own) {}

  private final List<Word> plain = new ArrayList<>();
  private final List<Word> steered = new ArrayList<>();

  SideBySide(String plain, String steered) {
    align(words(plain), words(steered));
  }

  private static String[] words(String text) {
    return text.isBlank() ? new String[0] : text.strip().split("\\s+");
  }

  /** The longest common subsequence is what both have. */
  private void align(String[] a, String[] b) {
    int[][] common = new int[a.length + 1][b.length + 1];
    for (int i = a.length - 1; i >= 0; i--) {
      for (int j = b.length - 1; j >= 0; j--) {
        common[i][j] =
            a[i].equals(b[j])
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    int i = 0;
    int j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i].equals(b[j])) {
        plain.add(new Word(a[i++], false));
        steered.add(new Word(b[j++], false));
      } else if (j == b.length || i < a.length && common[i + 1][j] >= common[i][j + 1]) {
        plain.add(new Word(a[i++], true));
      } else {
        steered.add(new Word(b[j++], true));
      }
    }
  }

  List<String> lines(Style style) {
    int width = (Screen.width() - 3) / 2;
    List<List<Word>> left = wrapped(plain, width);
    List<List<Word>> right = wrapped(steered, width);
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(padded("plain", width)) + "   " + style.bold("steered"));
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      List<Word> a = i < left.size() ? left.get(i) : List.of();
      List<Word> b = i < right.size() ? right.get(i) : List.of();
      String gap = " ".repeat(Math.max(0, width - length(a)));
      lines.add((painted(a, style, false) + gap + " | " + painted(b, style, true)).stripTrailing());
    }
    return lines;
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static List<List<Word>> wrapped(List<Word> words, int width) {
    List<List<Word>> lines = new ArrayList<>();
    List<Word> line = new ArrayList<>();
    for (Word word : words) {
      if (!line.isEmpty() && length(line) + 1 + word.text().length() > width) {
        lines.add(line);
        line = new ArrayList<>();
      }
      line.add(word);
    }
    lines.add(line);
    return lines;
  }

  private static int length(List<Word> line) {
    return line.stream().mapToInt(word -> word.text().length() + 1).sum()
        - (line.isEmpty() ? 0 : 1);
  }

  private static String painted(List<Word> line, Style style, boolean steered) {
    List<String> words = new ArrayList<>();
    for (Word word : line) {
      String colour = steered ? style.green(word.text()) : style.red(word.text());
      words.add(word.own() ? colour : word.text());
    }
    return String.join(" ", words);
  }
}
