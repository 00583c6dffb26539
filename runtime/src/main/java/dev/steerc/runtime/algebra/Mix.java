package dev.steerc.runtime.algebra;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A sum of vectors as people write it: {@code 0.6*joy - 0.2*formal}.
 *
 * <p>A sign between two vectors has spaces around it, since names may have one in them; a name with
 * a space or a star in it stands in single quotes.
 */
public record Mix(List<Part> parts) {

  /**
   * One summand.
   *
   * @param factor of the vector at strength 1
   * @param source the name of a vector, or a file
   */
  public record Part(double factor, String source) {
    @Override
    public String toString() {
      String number =
          factor == Math.rint(factor) && Math.abs(factor) < 1e9
              ? Long.toString((long) factor)
              : Double.toString(factor);
      String times = factor == 1 ? "" : factor == -1 ? "-" : number + "*";
      return times + (source.matches("[^\\s*']+") ? source : "'" + source + "'");
    }
  }

  public Mix {
    parts = List.copyOf(parts);
  }

  /** Reads a sum. */
  public static Mix parse(String text) {
    return new Parser(text).mix();
  }

  @Override
  public String toString() {
    return parts.stream()
        .map(Part::toString)
        .collect(Collectors.joining(" + "))
        .replace("+ -", "- ");
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    Mix mix() {
      List<Part> parts = new ArrayList<>();
      space();
      double sign = accept('-') ? -1 : 1;
      parts.add(part(sign));
      while (at < text.length()) {
        if (!accept('+') && !accept('-')) {
          throw wrong("expected + or - before `" + rest() + "`");
        }
        sign = text.charAt(at - 1) == '-' ? -1 : 1;
        if (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
          throw wrong(
              "expected a space behind the " + text.charAt(at - 1) + " of `" + rest() + "`");
        }
        parts.add(part(sign));
      }
      return new Mix(parts);
    }

    /** {@code 0.6*joy}, {@code joy*0.6} or {@code joy}. */
    private Part part(double sign) {
      Word first = word();
      if (!accept('*')) {
        if (first.isNumber()) {
          throw wrong("`" + first.text + "` has no vector: write it as " + first.text + "*NAME");
        }
        return new Part(sign, first.text);
      }
      Word second = word();
      if (first.isNumber() == second.isNumber()) {
        throw wrong("`" + first.text + "*" + second.text + "` is no number times a vector");
      }
      return first.isNumber()
          ? new Part(sign * first.number(this), second.text)
          : new Part(sign * second.number(this), first.text);
    }

    private record Word(String text, boolean isQuoted) {
      boolean isNumber() {
        return !isQuoted && text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
      }

      double number(Parser parser) {
        double number = Double.parseDouble(text);
        if (!Double.isFinite(number)) {
          throw parser.wrong("`" + text + "` is no finite number");
        }
        return number;
      }
    }

    private Word word() {
      space();
      boolean isQuoted = accept('\'');
      int start = at;
      while (at < text.length() && !(isQuoted ? text.charAt(at) == '\'' : ends(text.charAt(at)))) {
        at++;
      }
      String word = text.substring(start, at);
      if (isQuoted && !accept('\'')) {
        throw wrong("a quote is not closed");
      }
      if (!isQuoted && word.matches("[-+](?![\\d.]).*")) {
        throw wrong("no vector before `" + text.substring(start) + "`");
      }
      if (word.isEmpty()) {
        throw wrong(
            at < text.length() ? "no vector before `" + rest() + "`" : "the end is missing");
      }
      space();
      return new Word(word, isQuoted);
    }

    private static boolean ends(char c) {
      return Character.isWhitespace(c) || c == '*' || c == '\'';
    }

    private void space() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private boolean accept(char c) {
      boolean isHere = at < text.length() && text.charAt(at) == c;
      at += isHere ? 1 : 0;
      return isHere;
    }

    private String rest() {
      return text.substring(at);
    }

    private SteercException wrong(String note) {
      return Problem.of(Code.BAD_MIX, "the mix `" + text + "` cannot be understood")
          .note(note)
          .help("write a sum, with spaces around its signs: 0.6*joy - 0.2*formal")
          .exception();
    }
  }
}
