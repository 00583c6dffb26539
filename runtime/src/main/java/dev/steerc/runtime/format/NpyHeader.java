package dev.steerc.runtime.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The header of an {@code .npy} file: a Python dictionary literal of exactly three keys. Nothing of
 * Python is evaluated; any other literal is refused.
 *
 * @param descr the element type with its byte order, such as {@code <f4}
 * @param fortranOrder whether the first index runs fastest
 */
record NpyHeader(String descr, boolean fortranOrder, long[] shape) {

  /**
   * Reads the literal.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static NpyHeader parse(String text) {
    return new Parser(text).header();
  }

  private static final class Parser {
    private final String text;
    private int at;
    private String descr;
    private Boolean fortranOrder;
    private long[] shape;

    Parser(String text) {
      this.text = text;
    }

    NpyHeader header() {
      expect('{');
      Set<String> keys = new HashSet<>();
      while (!accept('}')) {
        String key = string();
        if (!keys.add(key)) {
          throw wrong("`" + key + "` is there twice");
        }
        expect(':');
        entry(key);
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      space();
      if (at != text.length() || keys.size() != 3) {
        throw wrong("expected exactly `descr`, `fortran_order` and `shape`");
      }
      return new NpyHeader(descr, fortranOrder, shape);
    }

    private void entry(String key) {
      switch (key) {
        case "descr" -> descr = string();
        case "fortran_order" -> fortranOrder = truth();
        case "shape" -> shape = tuple();
        default -> throw wrong("unknown key `" + key + "`");
      }
    }

    private String string() {
      space();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0 || text.substring(at, end).contains("\\")) {
        throw wrong("a plain string expected");
      }
      String string = text.substring(at + 1, end);
      at = end + 1;
      return string;
    }

    private boolean truth() {
      space();
      for (boolean value : new boolean[] {true, false}) {
        String word = value ? "True" : "False";
        if (text.startsWith(word, at)) {
          at += word.length();
          return value;
        }
      }
      throw wrong("`True` or `False` expected");
    }

    private long[] tuple() {
      expect('(');
      List<Long> sizes = new ArrayList<>();
      boolean goesOn = true;
      boolean hasComma = false;
      while (!accept(')')) {
        if (!goesOn) {
          throw wrong("`,` expected");
        }
        sizes.add(size());
        goesOn = accept(',');
        hasComma |= goesOn;
      }
      if (sizes.size() == 1 && !hasComma) {
        throw wrong("a tuple expected");
      }
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private long size() {
      space();
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      if (at == start || at - start > 18) {
        throw wrong("a size expected");
      }
      long size = Long.parseLong(text, start, at, 10);
      // Python 2 wrote its long integers this way
      if (at < text.length() && text.charAt(at) == 'L') {
        at++;
      }
      return size;
    }

    private void expect(char c) {
      if (!accept(c)) {
        throw wrong("`" + c + "` expected");
      }
    }

    private boolean accept(char c) {
      space();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void space() {
      while (at < text.length() && " \t\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private IllegalArgumentException wrong(String what) {
      return new IllegalArgumentException("character " + at + ": " + what);
    }
  }
}
