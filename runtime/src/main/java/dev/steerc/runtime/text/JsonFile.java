package dev.steerc.runtime.text;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.FileBytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object in a file, read key by key; what has the wrong type is a problem that names it.
 *
 * @param where the file, and the object in it where it is not the whole
 * @param code the problem's code
 */
record JsonFile(String where, Code code, Map<?, ?> object) {

  /** Reads a file of at most so many bytes. */
  static JsonFile read(Path file, int limit, Code code) {
    return parse(text(file, limit, code), file, code);
  }

  /** Reads the text of a file. */
  static JsonFile parse(String text, Path file, Code code) {
    try {
      if (Json.parse(text) instanceof Map<?, ?> object) {
        return new JsonFile(file.toString(), code, object);
      }
    } catch (IllegalArgumentException e) {
      throw bad(code, file.toString(), "it is no JSON document: " + e.getMessage());
    }
    throw bad(code, file.toString(), "it is no JSON object");
  }

  /** The text of a file, which has to be UTF-8. */
  static String text(Path file, int limit, Code code) {
    byte[] bytes = FileBytes.read(file, limit, code);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw bad(code, file.toString(), "it is no UTF-8 text");
    }
  }

  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    object.keySet().forEach(key -> keys.add((String) key));
    return keys;
  }

  /** The value of a key; absent and null are the same. */
  Optional<Object> get(String key) {
    return Optional.ofNullable(object.get(key));
  }

  /** The object of a key. */
  Optional<JsonFile> object(String key) {
    return get(key)
        .map(
            value -> {
              if (value instanceof Map<?, ?> map) {
                return new JsonFile(where + ", `" + key + "`", code, map);
              }
              throw wrong(key, "an object", value);
            });
  }

  Optional<String> text(String key) {
    return get(key)
        .map(
            value -> {
              if (value instanceof String text) {
                return text;
              }
              throw wrong(key, "text", value);
            });
  }

  Optional<Boolean> truth(String key) {
    return get(key)
        .map(
            value -> {
              if (value instanceof Boolean truth) {
                return truth;
              }
              throw wrong(key, "true or false", value);
            });
  }

  Optional<Double> number(String key) {
    return get(key)
        .map(
            value -> {
              if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
                return number.doubleValue();
              }
              throw wrong(key, "a number", value);
            });
  }

  Optional<Long> whole(String key) {
    return get(key).map(value -> whole(key, value));
  }

  /** A whole number, or the ones of a list. */
  Optional<List<Long>> wholes(String key) {
    return get(key)
        .map(
            value ->
                value instanceof List<?> list
                    ? list.stream().map(element -> whole(key, element)).toList()
                    : List.of(whole(key, value)));
  }

  /** A special token: its text, or an object that has it as `content`. */
  Optional<String> token(String key) {
    return get(key).map(value -> token(key, value));
  }

  String token(String key, Object value) {
    Object content = value instanceof Map<?, ?> map ? map.get("content") : value;
    if (content instanceof String text) {
      return text;
    }
    throw wrong(key, "a token", value);
  }

  private Long whole(String key, Object value) {
    if (value instanceof Long number) {
      return number;
    }
    // some writers give whole numbers a fraction: 50.0
    if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return number.longValue();
    }
    throw wrong(key, "a whole number", value);
  }

  SteercException wrong(String key, String expected, Object value) {
    String found = Json.write(value);
    String shown = found.length() > 60 ? found.substring(0, 60) + "…" : found;
    return bad(code, where, "`" + key + "` should be " + expected + ", it is `" + shown + "`");
  }

  static SteercException bad(Code code, String where, String note) {
    return Problem.of(code, "the file cannot be understood")
        .at(where)
        .note(note)
        .help("fetch the file again from where the model came from")
        .exception();
  }
}
