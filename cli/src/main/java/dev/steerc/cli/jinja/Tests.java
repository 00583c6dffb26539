package dev.steerc.cli.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tests of Jinja that chat templates use, as in `x is defined`. */
final class Tests {
  static final Set<String> NAMES =
      Set.of(
          "defined",
          "undefined",
          "none",
          "string",
          "mapping",
          "iterable",
          "sequence",
          "number",
          "integer",
          "float",
          "boolean",
          "true",
          "false",
          "odd",
          "even",
          "divisibleby",
          "in",
          "eq",
          "equalto",
          "==",
          "ne",
          "!=",
          "gt",
          ">",
          "ge",
          ">=",
          "lt",
          "<",
          "le",
          "<=");

  private static final Map<String, String> COMPARISONS =
      Map.of(
          "eq", "==", "equalto", "==", "ne", "!=", "gt", ">", "ge", ">=", "lt", "<", "le", "<=",
          "in", "in");

  private Tests() {}

  static boolean holds(String name, Object value, Arguments call) {
    if (!NAMES.contains(name)) {
      throw new JinjaException("the test `" + name + "` is not supported");
    }
    String operator = COMPARISONS.getOrDefault(name, name);
    if (COMPARISONS.containsValue(operator)) {
      return Values.compare(value, operator, call.bind("other")[0]);
    }
    if (name.equals("divisibleby")) {
      return Values.areEqual(Numbers.remainder(value, call.bind("num")[0]), 0L);
    }
    call.bind();
    return isKind(name, value);
  }

  private static boolean isKind(String name, Object value) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map;
      // an undefined value can be looped over, and Jinja says so
      case "iterable" -> isSequence(value) || value instanceof Undefined;
      case "sequence" -> isSequence(value) || value instanceof Undefined;
      case "number" -> Numbers.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "odd" -> Math.floorMod(Numbers.whole(value), 2) == 1;
      default -> Math.floorMod(Numbers.whole(value), 2) == 0;
    };
  }

  private static boolean isSequence(Object value) {
    return value instanceof String || value instanceof List || value instanceof Map;
  }
}
