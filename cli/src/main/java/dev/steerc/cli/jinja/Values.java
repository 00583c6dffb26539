package dev.steerc.cli.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What Python does with the values that a template can have: null is its None. */
final class Values {
  private static final int MAX_SPELLED = 1 << 20;

  private Values() {}

  static boolean isTrue(Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Collection<?> list) {
      return !list.isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    return !Numbers.isNumber(value) || Numbers.real(value) != 0;
  }

  /** What is written for a value. */
  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined) {
      return "";
    }
    return spelled(value);
  }

  private static String spelled(Object value) {
    StringBuilder out = new StringBuilder();
    spell(value, out);
    return out.toString();
  }

  /** A value as Python spells it inside of a list. */
  private static void spell(Object value, StringBuilder out) {
    if (out.length() > MAX_SPELLED) {
      throw new JinjaException("it writes out a very large value");
    }
    if (value instanceof List<?> list) {
      boolean isTuple = value instanceof Tuple;
      String separator = isTuple ? "(" : "[";
      for (Object element : list) {
        spell(element, out.append(separator));
        separator = ", ";
      }
      out.append(list.isEmpty() ? separator : "")
          .append(isTuple && list.size() == 1 ? "," : "")
          .append(isTuple ? ")" : "]");
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        spell(entry.getKey(), out.append(separator));
        spell(entry.getValue(), out.append(": "));
        separator = ", ";
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else {
      out.append(value instanceof String text ? quoted(text) : scalar(value));
    }
  }

  private static String scalar(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    // beyond these Python and Java spell numbers in different ways
    boolean isPlain =
        value instanceof Double number
            && (number == 0 || Math.abs(number) < 1e7 && Math.abs(number) >= 1e-3);
    if (value instanceof Long || isPlain) {
      return value.toString();
    }
    throw new JinjaException(describe(value) + " cannot be written out");
  }

  private static String quoted(String text) {
    if (!text.chars().allMatch(c -> c >= 32 && c < 127)) {
      throw new JinjaException("a list with text beyond ASCII cannot be written out");
    }
    String quote = text.contains("'") && !text.contains("\"") ? "\"" : "'";
    return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote;
  }

  /** A value in messages. */
  static String describe(Object value) {
    if (value instanceof Undefined undefined) {
      return "`" + undefined.what() + "`, which is undefined,";
    }
    return value == null
        ? "none"
        : value instanceof String
            ? "a text"
            : value instanceof List
                ? "a list"
                : value instanceof Map
                    ? "a map"
                    : Numbers.isNumber(value) ? "a number" : "an object";
  }

  static boolean areEqual(Object left, Object right) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.real(left) == Numbers.real(right);
    }
    if (left instanceof Undefined || right instanceof Undefined) {
      return left instanceof Undefined && right instanceof Undefined;
    }
    if (isNested(left) && isNested(right)) {
      return spelled(left).equals(spelled(right));
    }
    return Objects.equals(left, right);
  }

  private static boolean isNested(Object value) {
    return value instanceof List || value instanceof Map;
  }

  /** How much work a value makes that is looked through. */
  static long weight(Object value) {
    return value instanceof String text
        ? text.length()
        : value instanceof Collection<?> list ? list.size() * 8L : 1;
  }

  static boolean compare(Object left, String operator, Object right) {
    return switch (operator) {
      case "==" -> areEqual(left, right);
      case "!=" -> !areEqual(left, right);
      case "in" -> isIn(left, right);
      case "not in" -> !isIn(left, right);
      case "<" -> order(left, right) < 0;
      case ">" -> order(left, right) > 0;
      case "<=" -> order(left, right) <= 0;
      default -> order(left, right) >= 0;
    };
  }

  private static int order(Object left, Object right) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Double.compare(Numbers.real(left), Numbers.real(right));
    }
    if (left instanceof String one && right instanceof String other) {
      return one.compareTo(other);
    }
    throw new JinjaException(describe(left) + " has no order with " + describe(right));
  }

  private static boolean isIn(Object element, Object container) {
    if (container instanceof String text) {
      if (!(element instanceof String part)) {
        throw new JinjaException(describe(element) + " cannot be part of a text");
      }
      return text.contains(part);
    }
    return elements(container).stream().anyMatch(other -> areEqual(element, other));
  }

  /** What a loop runs over: elements, keys, or characters. */
  static List<Object> elements(Object value) {
    if (value instanceof List<?> list) {
      return Collections.unmodifiableList(list);
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      return text.codePoints().<Object>mapToObj(Character::toString).toList();
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new JinjaException(describe(value) + " has no elements");
  }

  static Object add(Object left, Object right, Budget budget) {
    if (left instanceof String one && right instanceof String other) {
      return join(one, other, budget);
    }
    if (left instanceof List<?> one && right instanceof List<?> other) {
      budget.charge((one.size() + other.size()) * 8L);
      List<Object> sum = new ArrayList<>(one);
      sum.addAll(other);
      return sum;
    }
    budget.step();
    if (!Numbers.isNumber(left) || !Numbers.isNumber(right)) {
      throw new JinjaException(describe(left) + " and " + describe(right) + " cannot be added");
    }
    return Numbers.add(left, right);
  }

  static String join(String left, String right, Budget budget) {
    budget.charge((long) left.length() + right.length());
    return left + right;
  }

  static Object multiply(Object left, Object right, Budget budget) {
    if (right instanceof String && Numbers.isWhole(left)) {
      return multiply(right, left, budget);
    }
    if (left instanceof String text && Numbers.isWhole(right)) {
      int times = (int) Math.max(0, Math.min(Numbers.whole(right), Integer.MAX_VALUE));
      budget.charge((long) text.length() * times);
      return text.repeat(times);
    }
    budget.step();
    return Numbers.multiply(left, right);
  }
}
