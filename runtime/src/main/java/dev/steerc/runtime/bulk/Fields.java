package dev.steerc.runtime.bulk;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.steering.SteerText;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which fields of a row say what. A row is values by name, as JSON has them; where a column can
 * only be text, as in CSV, the text of the same JSON will do.
 *
 * @param prompt the field of the prompt; token ids instead are in {@code ids}
 * @param steer the field of the steering: a text, or a list of texts
 * @param id the field of what tells rows apart that say the same
 * @param otherwise what steers a row that says nothing of it
 */
public record Fields(String prompt, String steer, String id, List<String> otherwise)
    implements Serializable {
  /** The names that need no option. */
  public static final Fields USUAL = new Fields("prompt", "steer", "id", List.of());

  /** The field of a prompt that is token ids. */
  public static final String IDS = "ids";

  private static final String SEED = "seed";
  private static final String MOST = "max_new_tokens";
  private static final String INPUT = "input_";

  public Fields {
    otherwise = List.copyOf(otherwise);
  }

  /**
   * What a row asks for.
   *
   * @throws SteercException when it cannot be understood
   */
  public Task task(Map<String, ?> row) {
    Optional<Object> most = value(row, MOST);
    Optional<Object> seed = value(row, SEED);
    return new Task(
        value(row, id).map(this::name),
        prompt(row),
        value(row, steer).map(this::steering).orElse(otherwise),
        seed.isPresent() ? OptionalLong.of(whole(seed.get(), SEED)) : OptionalLong.empty(),
        most.isPresent() ? OptionalInt.of(count(most.get())) : OptionalInt.empty());
  }

  /**
   * A row with what became of it behind. A field that is called as one of the result's keeps its
   * value under {@code input_…}, but for the seed, which is that of the row if it has one.
   */
  public Map<String, Object> result(Map<String, ?> row, Outcome outcome) {
    Map<String, Object> result = outcome.toMap();
    if (outcome.seed().isEmpty() && row.containsKey(SEED)) {
      result.put(SEED, row.get(SEED));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    row.forEach(
        (name, value) -> {
          boolean isTaken = result.containsKey(name) && !name.equals(SEED);
          all.put(isTaken ? aside(name, row::containsKey) : name, value);
        });
    all.putAll(result);
    return all;
  }

  /** A column's name as it is called here, for tables that do not tell capitals apart. */
  public String spelt(String column) {
    return Stream.of(prompt, steer, id, IDS, SEED, MOST)
        .filter(column::equalsIgnoreCase)
        .findFirst()
        .orElse(column);
  }

  /** What a field is called in the result, which has one of its name. */
  public static String aside(String name, Predicate<String> isThere) {
    String aside = INPUT + name;
    return isThere.test(aside) ? aside(aside, isThere) : aside;
  }

  /** A field that says something: columns that have to be there are empty where they do not. */
  private static Optional<Object> value(Map<String, ?> row, String field) {
    Object value = row.get(field);
    return value instanceof String text && text.isBlank()
        ? Optional.empty()
        : Optional.ofNullable(value);
  }

  /** An id as text, which is the same out of JSON and CSV. */
  private String name(Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      return Json.write(value);
    }
    if (value instanceof String text) {
      return text;
    }
    throw wrong("`" + id + "` is neither a text nor a number");
  }

  private Prompt prompt(Map<String, ?> row) {
    Optional<Object> ids = value(row, IDS);
    Object text = row.get(prompt);
    if (ids.isPresent() && value(row, prompt).isPresent()) {
      throw wrong("the row has both `" + prompt + "` and `" + IDS + "`");
    }
    if (ids.isPresent()) {
      return Prompt.ofIds(ids(ids.get()));
    }
    if (text == null) {
      throw wrong("the row has no `" + prompt + "`");
    }
    if (!(text instanceof String)) {
      throw wrong("`" + prompt + "` is no text");
    }
    return Prompt.of((String) text);
  }

  private static long[] ids(Object value) {
    if (value instanceof String text && !isList(text)) {
      return Arrays.stream(text.split(",", -1)).mapToLong(id -> whole(id.strip(), IDS)).toArray();
    }
    return list(value, IDS).stream().mapToLong(id -> whole(id, IDS)).toArray();
  }

  private List<String> steering(Object value) {
    if (value instanceof String text && !isList(text)) {
      return SteerText.several(text);
    }
    List<?> list = list(value, steer);
    if (!list.stream().allMatch(String.class::isInstance)) {
      throw wrong("`" + steer + "` is a list of something else than texts");
    }
    return list.stream().map(String.class::cast).toList();
  }

  private static boolean isList(String text) {
    return text.stripLeading().startsWith("[");
  }

  private static List<?> list(Object value, String field) {
    try {
      if ((value instanceof String text ? Json.parse(text) : value) instanceof List<?> list) {
        return list;
      }
    } catch (IllegalArgumentException e) {
      throw wrong("`" + field + "` is no list: " + e.getMessage());
    }
    throw wrong("`" + field + "` is neither a text nor a list");
  }

  private static int count(Object value) {
    long count = whole(value, MOST);
    if (count < 1 || count > Integer.MAX_VALUE) {
      throw wrong("`" + MOST + "` is " + count + ", and has to be 1 to " + Integer.MAX_VALUE);
    }
    return (int) count;
  }

  private static long whole(Object value, String field) {
    try {
      return new BigDecimal(String.valueOf(value).strip()).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong("`" + field + "` is no whole number of 64 bits");
    }
  }

  private static SteercException wrong(String what) {
    return Problem.of(Code.BAD_ROW, what).exception();
  }
}
