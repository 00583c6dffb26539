package dev.steerc.cli.rows;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Comma-separated values with the names in the first line, as RFC 4180 has them: a cell in quotes
 * may have commas, line ends, and quotes that are doubled. All cells are text, an empty one without
 * quotes is not there, and blank lines are passed over.
 */
final class CsvRows implements Iterator<Row> {
  private static final int NONE = -2;

  private final BufferedReader in;
  private final List<String> names;
  private int ahead = NONE;
  private long line = 1;
  private Row next;

  /** The cells of one record, and what is wrong with it; null when nothing is. */
  private record Cells(long line, List<String> texts, String wrong) {
    boolean isBlank() {
      return wrong == null && texts.size() == 1 && texts.get(0) == null;
    }
  }

  CsvRows(InputStream in) {
    this.in =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), 1 << 16);
    this.names = head();
  }

  private List<String> head() {
    Cells head = read();
    if (head == null) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    head.texts.forEach(name -> all.add(name == null ? "" : name));
    if (all.get(0).startsWith("\ufeff")) {
      all.set(0, all.get(0).substring(1));
    }
    if (head.wrong != null || all.contains("") || new HashSet<>(all).size() < all.size()) {
      throw Problem.of(Code.BAD_ROW, "the first line does not name the columns")
          .note("it has " + all)
          .help("begin the file with a line of names, such as prompt,steer")
          .exception();
    }
    return all;
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      Cells cells = read();
      if (cells == null) {
        return false;
      }
      next = cells.isBlank() ? null : row(cells);
    }
    return true;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Row row = next;
    next = null;
    return row;
  }

  private Row row(Cells cells) {
    if (cells.wrong != null) {
      return Row.bad(cells.line, cells.wrong);
    }
    if (cells.texts.size() != names.size()) {
      return Row.bad(
          cells.line, "has " + cells.texts.size() + " cells, there are " + names.size() + " names");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      fields.put(names.get(i), cells.texts.get(i));
    }
    return Row.of(cells.line, fields);
  }

  /** The next record; null behind the last one. */
  private Cells read() {
    try {
      if (peek() < 0) {
        return null;
      }
      long first = line;
      List<String> texts = new ArrayList<>();
      String wrong = null;
      do {
        StringBuilder text = new StringBuilder();
        boolean quoted = peek() == '"';
        String found = quoted ? quoted(text) : plain(text);
        wrong = wrong == null ? found : wrong;
        texts.add(quoted || text.length() > 0 ? text.toString() : null);
      } while (take() == ',');
      return new Cells(first, texts, wrong);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads up to a comma or a line's end, and tells what is wrong, or null. */
  private String plain(StringBuilder text) throws IOException {
    boolean hasQuote = false;
    while (peek() != ',' && peek() != '\n' && peek() >= 0) {
      int c = take();
      hasQuote |= c == '"';
      if (c != '\r' || peek() != '\n' && peek() >= 0) {
        text.append((char) c);
      }
    }
    return hasQuote ? "has a quote in a cell without quotes" : null;
  }

  private String quoted(StringBuilder text) throws IOException {
    take();
    while (peek() >= 0) {
      int c = take();
      if (c == '"' && peek() == '"') {
        take();
      } else if (c == '"') {
        int length = text.length();
        plain(text);
        return text.length() == length ? null : "has something behind the quote of a cell";
      }
      text.append((char) c);
    }
    return "has a quote that is never closed";
  }

  private int peek() throws IOException {
    if (ahead == NONE) {
      ahead = in.read();
    }
    return ahead;
  }

  private int take() throws IOException {
    int c = peek();
    ahead = NONE;
    line += c == '\n' ? 1 : 0;
    return c;
  }
}
