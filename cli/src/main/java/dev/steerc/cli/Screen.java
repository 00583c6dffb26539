package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.UsageMessageSpec;

/** How wide the text may be. */
final class Screen {
  private static final int USUAL = 100;
  private static final int NARROWEST = 40;

  private Screen() {}

  /** What {@code COLUMNS} says, or the terminal; else the usual number of columns. */
  static int width() {
    String columns = System.getenv("COLUMNS");
    if (columns != null && columns.matches("\\d{2,4}")) {
      return Math.max(NARROWEST, Integer.parseInt(columns));
    }
    boolean isTerminal = System.console() != null;
    return isTerminal ? new UsageMessageSpec().autoWidth(true).width(USUAL).width() : USUAL;
  }

  /** A name out of a file, without what a terminal would obey. */
  static String harmless(String name) {
    return name.replaceAll("[\\p{Cntrl}\\x80-\\x9f]", "\ufffd");
  }

  /** The lines of a text; a word that is wider than a line has one of its own. */
  static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() > 0 ? " " : "").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
