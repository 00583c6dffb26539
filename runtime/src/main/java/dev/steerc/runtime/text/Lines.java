package dev.steerc.runtime.text;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The lines of a text file in UTF-8, one at a time: a line may be as long as a book's chapter, and
 * a file has any number of them. Blank lines are passed over, and a byte order mark and the
 * carriage returns of Windows are no part of a line.
 *
 * @param form what a line should be, as problems show it
 * @param code the problem of a line that is not
 */
public record Lines(Path file, String form, Code code) {
  private static final int SHOWN = 60;
  private static final int MOST = 1 << 20;

  /** A line that has something in it; lines count from 1. */
  public record Line(Lines lines, long number, String text) {

    /** The JSON object that the line is. */
    public Map<?, ?> object() {
      try {
        if (Json.parse(text) instanceof Map<?, ?> object) {
          return object;
        }
      } catch (IllegalArgumentException e) {
        throw wrong("is no JSON object: " + e.getMessage());
      }
      throw wrong("is no JSON object");
    }

    /** The text of a key. */
    public String text(Map<?, ?> object, String key) {
      return optional(object, key).orElseThrow(() -> wrong("has no `" + key + "`"));
    }

    /** The text of a key that may be absent or null. */
    public Optional<String> optional(Map<?, ?> object, String key) {
      Object value = object.get(key);
      if (value == null || value instanceof String) {
        return Optional.ofNullable((String) value);
      }
      throw wrong("has something other than text at `" + key + "`");
    }

    /** The problem of a line that is not as it should be. */
    public SteercException wrong(String how) {
      return problem(how).exception();
    }

    /** The same with a remark. */
    public SteercException wrong(String how, String note) {
      return problem(how).note(note).exception();
    }

    private Problem problem(String how) {
      return Problem.of(lines.code, "line " + number + " " + how)
          .at(lines.file)
          .help("write each line as " + lines.form);
    }
  }

  /** Takes a line, and tells whether to go on. */
  public interface Visitor {
    boolean line(Line line);
  }

  /**
   * Reads the lines until the visitor has enough.
   *
   * @throws SteercException when the file cannot be read, is no UTF-8 text, or a line is longer
   *     than 1 MiB
   */
  public void forEach(Visitor visitor) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      String kind = Files.isDirectory(file) ? "a folder" : "no regular file";
      throw Problem.of(Code.FILE_UNREADABLE, "`" + file + "` is " + kind)
          .at(file)
          .help("pass a text file")
          .exception();
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      boolean goesOn = true;
      for (long number = 1; goesOn && next(in, bytes, number); number++) {
        String text = text(bytes, number);
        goesOn = text.isBlank() || visitor.line(new Line(this, number, text));
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** All lines at once, of a file that is small. */
  public List<Line> all() {
    List<Line> all = new ArrayList<>();
    forEach(all::add);
    return all;
  }

  /** The beginning of a text, for a problem to show, without what could move the cursor. */
  public static String shown(String text) {
    String some = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return '`' + some.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}]", " ") + '`';
  }

  /** Reads the bytes of a line without its end; false behind the last one. */
  private boolean next(InputStream in, ByteArrayOutputStream bytes, long number)
      throws IOException {
    bytes.reset();
    int b = in.read();
    if (b < 0) {
      return false;
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      if (bytes.size() == MOST) {
        throw new Line(this, number, "").wrong("is longer than 1 MiB");
      }
      bytes.write(b);
    }
    return true;
  }

  private String text(ByteArrayOutputStream bytes, long number) {
    try {
      ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
      String text = StandardCharsets.UTF_8.newDecoder().decode(all).toString();
      if (number == 1 && text.startsWith("\ufeff")) {
        text = text.substring(1);
      }
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new Line(this, number, "").wrong("is no UTF-8 text");
    }
  }

  private SteercException unreadable(IOException cause) {
    Problem problem =
        cause instanceof NoSuchFileException
            ? Problem.of(Code.FILE_NOT_FOUND, "no file `" + file + "`")
            : Problem.of(Code.FILE_UNREADABLE, "cannot read `" + file + "`")
                .note(String.valueOf(cause.getMessage()));
    return new SteercException(problem.at(file), cause);
  }
}
