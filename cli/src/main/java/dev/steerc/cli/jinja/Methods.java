package dev.steerc.cli.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;

/** Methods of Python's strings and dictionaries. */
final class Methods {
  private Methods() {}

  /** The method of that name, or null when there is none. */
  static Callable of(Object base, String name) {
    if (base instanceof String text) {
      return ofText(text, name);
    }
    return base instanceof Map<?, ?> map ? ofMap(map, name) : null;
  }

  private static Callable ofText(String text, String name) {
    return switch (name) {
      case "strip" -> (call, scope) -> strip(text, call, true, true);
      case "lstrip" -> (call, scope) -> strip(text, call, true, false);
      case "rstrip" -> (call, scope) -> strip(text, call, false, true);
      case "upper" -> plain(text.toUpperCase(Locale.ROOT));
      case "lower" -> plain(text.toLowerCase(Locale.ROOT));
      case "title" -> plain(title(text));
      case "capitalize" -> plain(capitalized(text));
      case "startswith" -> (call, scope) -> matches(text, call, String::startsWith);
      case "endswith" -> (call, scope) -> matches(text, call, String::endsWith);
      case "split" -> (call, scope) -> split(text, call, scope.budget());
      case "replace" -> (call, scope) -> replace(text, call, scope.budget());
      case "join" -> (call, scope) -> join(text, call.bind("iterable")[0], scope.budget());
      case "find" ->
          (call, scope) -> {
            int at = text.indexOf(text(call.bind("sub")[0]));
            return (long) (at < 0 ? at : text.codePointCount(0, at));
          };
      default -> null;
    };
  }

  private static Callable ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> plain(items(map));
      case "keys" -> plain(new ArrayList<>(map.keySet()));
      case "values" -> plain(new ArrayList<>(map.values()));
      case "get" ->
          (call, scope) -> {
            Object[] bound = call.bind("key", "default");
            return map.containsKey(bound[0]) ? map.get(bound[0]) : bound[1];
          };
      default -> null;
    };
  }

  static List<Object> items(Map<?, ?> map) {
    List<Object> items = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          List<Object> item = new ArrayList<>();
          item.add(key);
          item.add(value);
          items.add(new Tuple(item));
        });
    return items;
  }

  private static Callable plain(Object value) {
    return (call, scope) -> {
      call.bind();
      return value;
    };
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new JinjaException(Values.describe(value) + " is no text");
  }

  static String strip(String text, Arguments call, boolean left, boolean right) {
    Object given = call.bind("chars")[0];
    String characters = given == null ? null : text(given);
    int start = 0;
    int end = text.length();
    while (left && start < end && isStripped(text.charAt(start), characters)) {
      start++;
    }
    while (right && end > start && isStripped(text.charAt(end - 1), characters)) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isStripped(char c, String characters) {
    return characters == null ? isBlank(c) : characters.indexOf(c) >= 0;
  }

  /** What Python's strings count as white space. */
  static boolean isBlank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  private static boolean matches(
      String text, Arguments call, BiPredicate<String, String> predicate) {
    Object wanted = call.bind("prefix")[0];
    List<?> all = wanted instanceof List<?> list ? list : List.of(text(wanted));
    return all.stream().anyMatch(one -> predicate.test(text, text(one)));
  }

  private static Object split(String text, Arguments call, Budget budget) {
    Object[] bound = call.bind("sep", "maxsplit");
    long most = bound[1] == null ? -1 : Numbers.whole(bound[1]);
    budget.charge(text.length() * 8L);
    List<Object> parts = new ArrayList<>();
    if (bound[0] == null) {
      if (most >= 0) {
        throw new JinjaException("`split` at blanks takes no limit here");
      }
      words(text, parts);
      return parts;
    }
    String separator = text(bound[0]);
    if (separator.isEmpty()) {
      throw new JinjaException("an empty separator");
    }
    int start = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
      if (most >= 0 && parts.size() == most) {
        break;
      }
      parts.add(text.substring(start, at));
      start = at + separator.length();
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static void words(String text, List<Object> words) {
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean isBlank = i == text.length() || isBlank(text.charAt(i));
      if (isBlank && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      } else if (!isBlank && start < 0) {
        start = i;
      }
    }
  }

  static String replace(String text, Arguments call, Budget budget) {
    Object[] bound = call.bind("old", "new", "count");
    String old = text(bound[0]);
    String fresh = text(bound[1]);
    if (bound[2] != null || old.isEmpty()) {
      throw new JinjaException("`replace` takes two texts here, the first not empty");
    }
    budget.charge((long) text.length() * Math.max(1, fresh.length() / old.length()));
    return text.replace(old, fresh);
  }

  static String join(String separator, Object elements, Budget budget) {
    StringBuilder joined = new StringBuilder();
    String between = "";
    for (Object element : Values.elements(elements)) {
      String text = text(element);
      budget.charge((long) joined.length() / 64 + between.length() + text.length());
      joined.append(between).append(text);
      between = separator;
    }
    return budget.text(joined.toString());
  }

  static String capitalized(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inWord = false;
    for (char c : text.toCharArray()) {
      title.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return title.toString();
  }
}
