package dev.steerc.cli.rows;

import dev.steerc.manifest.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/** JSON objects, one a line; blank lines are passed over. */
final class JsonRows implements Iterator<Row> {
  private final InputStream in;
  private long line;
  private Row next;

  JsonRows(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  @Override
  public boolean hasNext() {
    try {
      for (byte[] bytes; next == null && (bytes = line()) != null; ) {
        next = row(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return next != null;
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

  /** The bytes up to the end of a line; null behind the last one. */
  private byte[] line() throws IOException {
    int b = in.read();
    if (b < 0) {
      return null;
    }
    line++;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (; b >= 0 && b != '\n'; b = in.read()) {
      bytes.write(b);
    }
    return bytes.toByteArray();
  }

  /** The row that a line is; null when it is blank. */
  private Row row(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      text = line == 1 && text.startsWith("\ufeff") ? text.substring(1) : text;
      if (text.isBlank()) {
        return null;
      }
      if (Json.parse(text) instanceof Map<?, ?> object) {
        Map<String, Object> fields = new LinkedHashMap<>();
        object.forEach((key, value) -> fields.put((String) key, value));
        return Row.of(line, fields);
      }
      return Row.bad(line, "is no JSON object");
    } catch (CharacterCodingException e) {
      return Row.bad(line, "is no UTF-8 text");
    } catch (IllegalArgumentException e) {
      return Row.bad(line, "is no JSON object: " + e.getMessage());
    }
  }
}
