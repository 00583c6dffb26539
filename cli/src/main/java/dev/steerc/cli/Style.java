package dev.steerc.cli;

import picocli.CommandLine.Help.Ansi;

/** Colours for a terminal, and none for a file, a pipe or {@code NO_COLOR}. */
public final class Style {
  private final boolean enabled;

  private Style(boolean enabled) {
    this.enabled = enabled;
  }

  public static Style ofTerminal() {
    return new Style(Ansi.AUTO.enabled());
  }

  /** No colours, wherever it is printed. */
  public static Style plain() {
    return new Style(false);
  }

  public String bold(String text) {
    return paint("1", text);
  }

  public String faint(String text) {
    return paint("2", text);
  }

  public String red(String text) {
    return paint("1;31", text);
  }

  public String green(String text) {
    return paint("32", text);
  }

  /** A problem's text with its head in red and its labels in cyan. */
  public String problem(String text) {
    return enabled
        ? text.replaceFirst("^(error\\[[a-z-]+\\])", "\u001b[1;31m$1\u001b[0m")
            .replaceAll("(?m)^  (-->|note:|help:)", "  \u001b[36m$1\u001b[0m")
        : text;
  }

  public boolean isEnabled() {
    return enabled;
  }

  /** A text in the colour of a terminal's code. */
  public String paint(String code, String text) {
    return enabled ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
