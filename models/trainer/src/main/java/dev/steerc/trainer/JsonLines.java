package dev.steerc.trainer;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.format.FileBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** JSON in lines that a person and a diff can read: what fits into one stands in one. */
final class JsonLines {
  private static final int WIDTH = 100;

  private JsonLines() {}

  /** Replaces a file by an object. */
  static void write(Path file, Map<String, Object> object) {
    FileBytes.write(file, (text(object, "") + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Object value, String indent) {
    String line = Json.write(value);
    String inner = indent + "  ";
    if (indent.length() + line.length() <= WIDTH) {
      return line;
    } else if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> inner + Json.write(e.getKey()) + ": " + text(e.getValue(), inner))
          .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
    } else if (value instanceof Collection<?> list) {
      return list.stream()
          .map(element -> inner + text(element, inner))
          .collect(Collectors.joining(",\n", "[\n", "\n" + indent + "]"));
    }
    return line;
  }
}
