package dev.steerc.trainer;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.FileBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A JSON object that is read by key; a value that is absent or of another type is an {@link
 * IllegalArgumentException}.
 */
record Fields(Map<?, ?> values) {
  private static final int MAX_FILE = 1 << 26;

  static Fields parse(String json) {
    return of(Json.parse(json));
  }

  /**
   * Reads a file of this project.
   *
   * @param help what makes the file
   */
  static <T> T read(Path file, Function<Fields, T> reader, String help) {
    if (!Files.exists(file)) {
      throw Problem.of(Code.FILE_NOT_FOUND, "no file `" + file + "`")
          .at(file)
          .help(help)
          .exception();
    }
    byte[] bytes = FileBytes.read(file, MAX_FILE, Code.BAD_CONFIG);
    try {
      return reader.apply(parse(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new SteercException(
          Problem.of(Code.BAD_CONFIG, "`" + file.getFileName() + "` cannot be understood")
              .at(file)
              .note(e.getMessage())
              .help(help),
          e);
    }
  }

  /** A number; one that is not finite stands in the file as null. */
  double number(String key) {
    boolean isNull = values.containsKey(key) && values.get(key) == null;
    return isNull ? Double.NaN : get(key, Number.class).doubleValue();
  }

  int whole(String key) {
    return Math.toIntExact(count(key));
  }

  long count(String key) {
    return get(key, Long.class);
  }

  String text(String key) {
    return get(key, String.class);
  }

  Fields object(String key) {
    return of(values.get(key));
  }

  List<Fields> list(String key) {
    return ((List<?>) get(key, List.class)).stream().map(Fields::of).toList();
  }

  List<Integer> wholes(String key) {
    return ((List<?>) get(key, List.class))
        .stream().map(value -> Math.toIntExact(cast(value, Long.class, key))).toList();
  }

  /** The keys in the order of the alphabet. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    values.keySet().forEach(key -> keys.add((String) key));
    return keys;
  }

  private <T> T get(String key, Class<T> type) {
    return cast(values.get(key), type, key);
  }

  private static <T> T cast(Object value, Class<T> type, String key) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException("`" + key + "` is absent or of another type");
    }
    return type.cast(value);
  }

  private static Fields of(Object value) {
    if (value instanceof Map<?, ?> map) {
      return new Fields(map);
    }
    throw new IllegalArgumentException("an object expected");
  }
}
