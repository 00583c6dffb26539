package dev.steerc.cli.serve.http;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A JSON object that a request brings, or one inside it. Each getter says what is wrong with its
 * field; a field that is null counts as absent.
 *
 * @param fields what is in it
 * @param place what problems call it: empty for the body itself, else a path such as {@code
 *     messages[0]}
 */
public record Body(Map<?, ?> fields, String place) {
  private static final int LONG = 64;

  /** The body of a request. */
  public static Body of(Context request) {
    return of(request.bodyAsBytes());
  }

  /** An object that was sent as JSON. */
  public static Body of(byte[] bytes) {
    if (json(bytes) instanceof Map<?, ?> fields) {
      return new Body(fields, "");
    }
    throw bad("the body is no JSON object", "");
  }

  /**
   * A list that was sent as JSON, as the one field of a body.
   *
   * @param field what problems call the list
   */
  public static Body ofList(byte[] bytes, String field) {
    return new Body(Json.object(field, json(bytes)), "");
  }

  private static Object json(byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return Json.parse(StandardCharsets.UTF_8.newDecoder().decode(buffer).toString());
    } catch (CharacterCodingException e) {
      throw bad("the body is not UTF-8", "");
    } catch (IllegalArgumentException e) {
      throw bad("the body is no JSON: " + e.getMessage(), "");
    }
  }

  /** A problem with a field. */
  public RuntimeException wrong(String field, String what) {
    return bad(what, path(field));
  }

  private static RuntimeException bad(String what, String where) {
    return Problem.of(Code.BAD_REQUEST, what).at(where).exception();
  }

  private String path(String field) {
    return place.isEmpty() ? field : place + "." + field;
  }

  /** Refuses fields that would be of no effect. */
  public void checkKnown(Set<String> known) {
    for (Object key : fields.keySet()) {
      String name = key.toString();
      if (!known.contains(name) && name.length() < LONG) {
        throw Problem.of(Code.BAD_REQUEST, "there is no field `" + path(name) + "`")
            .at(path(name))
            .help(Choices.help(name, new TreeSet<>(known)))
            .exception();
      } else if (!known.contains(name)) {
        throw wrong("", "a field is unknown, and its name is too long to be told");
      }
    }
  }

  public boolean has(String field) {
    return fields.get(field) != null;
  }

  /** A field of any kind. */
  public Optional<Object> any(String field) {
    return Optional.ofNullable(fields.get(field));
  }

  public Optional<String> text(String field) {
    return any(field)
        .map(
            value -> {
              if (value instanceof String text) {
                return text;
              }
              throw wrong(field, "`" + path(field) + "` is no text");
            });
  }

  public String needText(String field) {
    return text(field).orElseThrow(() -> wrong(field, "`" + path(field) + "` is missing"));
  }

  public OptionalDouble number(String field) {
    Object value = fields.get(field);
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return OptionalDouble.of(number.doubleValue());
    }
    throw wrong(field, "`" + path(field) + "` is no number");
  }

  /** A whole number, which may be written with decimals that are zero. */
  public OptionalLong whole(String field) {
    OptionalDouble number = number(field);
    if (number.isEmpty()) {
      return OptionalLong.empty();
    }
    if (fields.get(field) instanceof Long whole) {
      return OptionalLong.of(whole);
    }
    double value = number.getAsDouble();
    if (value != Math.rint(value) || Math.abs(value) > 1L << 53) {
      throw wrong(field, "`" + path(field) + "` is no whole number");
    }
    return OptionalLong.of((long) value);
  }

  public boolean flag(String field) {
    Object value = fields.get(field);
    if (value == null || value instanceof Boolean) {
      return value != null && (Boolean) value;
    }
    throw wrong(field, "`" + path(field) + "` is neither true nor false");
  }

  public Optional<List<?>> list(String field) {
    return any(field)
        .map(
            value -> {
              if (value instanceof List<?> list) {
                return list;
              }
              throw wrong(field, "`" + path(field) + "` is no list");
            });
  }

  public Optional<Body> object(String field) {
    return any(field).map(value -> object(value, path(field)));
  }

  /** A list of objects. */
  public List<Body> objects(String field) {
    List<?> list = list(field).orElse(List.of());
    return IntStream.range(0, list.size())
        .mapToObj(i -> object(list.get(i), path(field) + "[" + i + "]"))
        .toList();
  }

  private static Body object(Object value, String place) {
    if (value instanceof Map<?, ?> fields) {
      return new Body(fields, place);
    }
    throw bad("`" + place + "` is no object", place);
  }
}
