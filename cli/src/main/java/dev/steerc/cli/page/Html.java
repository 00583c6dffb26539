package dev.steerc.cli.page;

import java.util.Locale;

/** Pieces of HTML that are well-formed XML too. */
final class Html {
  private Html() {}

  /** A text as it is, whatever is in it. */
  static String text(Object content) {
    StringBuilder out = new StringBuilder();
    content.toString().codePoints().forEach(c -> escape(c, out));
    return out.toString();
  }

  private static void escape(int c, StringBuilder out) {
    switch (c) {
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '&' -> out.append("&amp;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      default -> out.appendCodePoint(isAllowed(c) ? c : '\ufffd');
    }
  }

  /** What XML lets a document have; and HTML nothing of the rest. */
  private static boolean isAllowed(int c) {
    boolean control = c < 0x20 && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0;
    return !control && !(c >= 0xd800 && c <= 0xdfff) && (c & 0xfffe) != 0xfffe;
  }

  /** An element with escaped text in it. */
  static String element(String name, String css, Object content) {
    return open(name, css) + text(content) + "</" + name + ">";
  }

  static String open(String name, String css) {
    return "<" + name + (css.isEmpty() ? "" : " class=\"" + css + "\"") + ">";
  }

  /** A number with some decimals, and a proper minus. */
  static String number(double value, int decimals) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%." + decimals + "f", value).replace('-', '−')
        : "–";
  }

  /** A coordinate. */
  static String at(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  static String percent(double share) {
    boolean small = share > 0 && share < 0.0995;
    return Double.isFinite(share) ? number(100 * share, small ? 1 : 0) + " %" : "–";
  }

  /** How many times as much. */
  static String times(double ratio) {
    return number(ratio, ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0) + "×";
  }

  /** What to call a place; escaped. */
  static String layers(String label) {
    boolean several = label.matches(".*[-,].*|all");
    return (several ? "layers " : "layer ") + text(label);
  }

  /** Three digits at the most, without zeros behind. */
  static String strength(double value) {
    String text = String.format(Locale.ROOT, "%.3g", value);
    boolean plain = text.contains(".") && !text.contains("e");
    return (plain ? text.replaceFirst("\\.?0+$", "") : text).replace('-', '−');
  }
}
