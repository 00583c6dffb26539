package dev.steerc.cli.picture;

import java.util.List;

/** Collects the shapes of an SVG; all text is escaped. */
final class Canvas {
  private final StringBuilder out = new StringBuilder();

  void line(String css, int... points) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < points.length; i += 2) {
      path.append(i == 0 ? "M" : "L").append(points[i]).append(' ').append(points[i + 1]);
    }
    out.append("<path class=\"%s\" d=\"%s\"/>\n".formatted(css, path));
  }

  void box(String css, int x, int y, int width, int height, int round) {
    out.append(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n"
            .formatted(css, x, y, width, height, round));
  }

  void dot(String css, int x, int y, int radius) {
    out.append(
        "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>\n".formatted(css, x, y, radius));
  }

  void text(String css, int x, int y, String text) {
    out.append("<text class=\"%s\" x=\"%d\" y=\"%d\">".formatted(css, x, y));
    out.append(escaped(text)).append("</text>\n");
  }

  /** Lines under each other in the middle of a place; the first that is a title is bold. */
  void lines(int x, int y, int step, List<String> lines, String title) {
    for (int i = 0; i < lines.size(); i++) {
      text(
          lines.get(i).equals(title) ? "title middle" : "detail middle",
          x,
          y + i * step,
          lines.get(i));
    }
  }

  /** A group whose parts show a text when they are pointed at. */
  void open(String hint) {
    out.append("<g><title>").append(escaped(hint)).append("</title>\n");
  }

  void close() {
    out.append("</g>\n");
  }

  String shapes() {
    return out.toString();
  }

  /** A text as it is, whatever is in it; what XML forbids is replaced. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> escape(c, out));
    return out.toString();
  }

  private static void escape(int c, StringBuilder out) {
    switch (c) {
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '&' -> out.append("&amp;");
      case '"' -> out.append("&quot;");
      default -> out.appendCodePoint(isAllowed(c) ? c : '\ufffd');
    }
  }

  private static boolean isAllowed(int c) {
    boolean isHalf = c >= 0xd800 && c <= 0xdfff;
    return !Character.isISOControl(c) && !isHalf && (c & 0xfffe) != 0xfffe;
  }
}
