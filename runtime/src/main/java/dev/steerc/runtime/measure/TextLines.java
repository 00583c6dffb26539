package dev.steerc.runtime.measure;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.FileBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The lines of a text file that are not blank, without the space around them.
 *
 * @param file where they stand
 * @param code the problem's code when one makes no sense
 */
record TextLines(Path file, Code code, List<Line> lines) {
  private static final int MAX_FILE = 64 << 20;
  private static final int SHOWN = 60;

  /** A line and its number, from 1. */
  record Line(int number, String text) {}

  static TextLines read(Path file, Code code) {
    String all = new String(FileBytes.read(file, MAX_FILE, code), StandardCharsets.UTF_8);
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String line : all.split("\r\n|\n|\r", -1)) {
      number++;
      String text = line.replace("\ufeff", "").strip(); // editors put a mark in front of all
      if (!text.isEmpty()) {
        lines.add(new Line(number, text));
      }
    }
    return new TextLines(file, code, lines);
  }

  /** Whether they look like JSON objects. */
  boolean areObjects() {
    return !lines.isEmpty() && lines.get(0).text().startsWith("{");
  }

  /** The object that a line is. */
  Map<?, ?> object(Line line) {
    Object value;
    try {
      value = Json.parse(line.text());
    } catch (IllegalArgumentException e) {
      throw wrong(line, "is no JSON", String.valueOf(e.getMessage()));
    }
    if (value instanceof Map<?, ?> object) {
      return object;
    }
    throw wrong(line, "is no JSON object", shown(line.text()));
  }

  /** A text of an object. */
  String text(Line line, Map<?, ?> object, String key) {
    if (object.get(key) instanceof String text) {
      return text;
    }
    throw wrong(line, "has no text `" + key + "`", "it has " + object.keySet());
  }

  SteercException wrong(Line line, String what, String note) {
    return Problem.of(code, "line " + line.number() + " " + what)
        .at(file + ":" + line.number())
        .note(note)
        .exception();
  }

  static String shown(String text) {
    return '`' + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text) + '`';
  }
}
