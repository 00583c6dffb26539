package dev.steerc.cli.serve.ops;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Problem;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Lines for the operator, as text or as JSON. Whatever a client sends stays on its line: control
 * characters are escaped.
 */
public final class Log {
  /** Says nothing. */
  public static final Log NONE =
      new Log(new PrintStream(OutputStream.nullOutputStream()), false, false);

  private final PrintStream out;
  private final boolean json;
  private final boolean colours;

  /**
   * A log.
   *
   * @param json whether lines are JSON objects
   * @param colours whether text is coloured, as on a terminal
   */
  public Log(PrintStream out, boolean json, boolean colours) {
    this.out = out;
    this.json = json;
    this.colours = colours && !json;
  }

  /** Something that no request is to blame for. */
  public void problem(Problem problem) {
    if (json) {
      write(Json.object("level", "error", "code", problem.code().slug(), "message", problem + ""));
    } else {
      line("31", now() + "  " + printable(problem.toString()));
    }
  }

  /** A mistake of the server's own, with where it happened. */
  public void mistake(Throwable e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace, true));
    if (json) {
      write(Json.object("level", "error", "code", "internal", "trace", trace.toString()));
    } else {
      String lines =
          trace.toString().lines().map(Log::printable).collect(Collectors.joining("\n    "));
      line("31", now() + "  " + lines);
    }
  }

  /**
   * A request that is over.
   *
   * @param fields by name; the text shows the values alone, without those that are null
   */
  void request(int status, Map<String, Object> fields) {
    if (json) {
      write(fields);
      return;
    }
    String words =
        fields.values().stream()
            .filter(value -> value != null)
            .map(value -> printable(value.toString()))
            .collect(Collectors.joining("  "));
    line(status >= 500 ? "31" : status >= 400 ? "33" : "", now() + "  " + words);
  }

  private void write(Map<String, Object> fields) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("time", now());
    all.putAll(fields);
    out.println(Json.write(all));
  }

  private void line(String colour, String text) {
    boolean plain = !colours || colour.isEmpty();
    out.println(plain ? text : "\u001b[" + colour + "m" + text + "\u001b[0m");
  }

  boolean isJson() {
    return json;
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** A text on one line, in which nothing moves a terminal's cursor. */
  static String printable(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (isHarmless(c)) {
                line.appendCodePoint(c);
              } else {
                line.append(String.format("\\u%04x", c));
              }
            });
    return line.toString();
  }

  private static boolean isHarmless(int c) {
    int kind = Character.getType(c);
    return kind != Character.CONTROL
        && kind != Character.FORMAT
        && kind != Character.LINE_SEPARATOR
        && kind != Character.PARAGRAPH_SEPARATOR
        && kind != Character.SURROGATE;
  }
}
