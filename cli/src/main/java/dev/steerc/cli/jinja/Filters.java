package dev.steerc.cli.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The filters of Jinja that chat templates use. */
final class Filters {
  static final Set<String> NAMES =
      Set.of(
          "trim",
          "length",
          "count",
          "upper",
          "lower",
          "capitalize",
          "join",
          "default",
          "d",
          "first",
          "last",
          "list",
          "string",
          "int",
          "replace",
          "tojson",
          "safe",
          "map",
          "selectattr",
          "rejectattr",
          "select",
          "reject",
          "reverse",
          "items");

  private static final Pattern WHOLE = Pattern.compile("\\s*[-+]?\\d{1,18}\\s*");

  private Filters() {}

  static Object apply(String name, Object value, Arguments call, Scope scope) {
    return switch (name) {
      case "trim" -> Methods.strip(Values.text(value), call, true, true);
      case "length", "count" -> (long) length(value, call);
      case "upper" -> alone(call, Values.text(value).toUpperCase(Locale.ROOT));
      case "lower" -> alone(call, Values.text(value).toLowerCase(Locale.ROOT));
      case "capitalize" -> alone(call, Methods.capitalized(Values.text(value)));
      case "string", "safe" -> alone(call, Values.text(value));
      case "default", "d" -> otherwise(value, call);
      case "int" -> whole(value, call);
      case "replace" -> Methods.replace(Values.text(value), call, scope.budget());
      case "tojson" -> scope.budget().text(PythonJson.write(value, call));
      case "items" -> alone(call, items(value));
      default -> ofList(name, value, call, scope);
    };
  }

  private static Object ofList(String name, Object value, Arguments call, Scope scope) {
    List<Object> elements = Values.elements(value);
    scope.budget().charge(elements.size());
    return switch (name) {
      case "first" -> alone(call, elements.isEmpty() ? new Undefined(name) : elements.get(0));
      case "last" -> alone(call, elements.isEmpty() ? new Undefined(name) : last(elements));
      case "list" -> alone(call, new ArrayList<>(elements));
      case "reverse" -> alone(call, reversed(value, elements));
      case "join" -> join(elements, call, scope);
      case "map" -> map(elements, call, scope);
      default -> select(name, elements, call);
    };
  }

  private static Object alone(Arguments call, Object value) {
    call.bind();
    return value;
  }

  private static Object last(List<Object> elements) {
    return elements.get(elements.size() - 1);
  }

  private static int length(Object value, Arguments call) {
    call.bind();
    return Values.elements(value).size();
  }

  private static Object otherwise(Object value, Arguments call) {
    Object[] bound = call.bind("default_value", "boolean");
    boolean isMissing =
        value instanceof Undefined || Values.isTrue(bound[1]) && !Values.isTrue(value);
    return !isMissing ? value : bound[0] == null && call.values().isEmpty() ? "" : bound[0];
  }

  private static Object whole(Object value, Arguments call) {
    call.bind();
    if (value instanceof String text && WHOLE.matcher(text).matches()) {
      return Long.valueOf(text.strip());
    }
    if (value instanceof Double number && Math.abs(number) < 1e15) {
      return number.longValue();
    }
    return Numbers.whole(value);
  }

  private static Object items(Object value) {
    if (value instanceof Undefined) {
      return List.of();
    }
    if (value instanceof Map<?, ?> map) {
      return Methods.items(map);
    }
    throw new JinjaException(Values.describe(value) + " has no items");
  }

  private static Object reversed(Object value, List<Object> elements) {
    if (value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> reversed = new ArrayList<>(elements);
    Collections.reverse(reversed);
    return reversed;
  }

  private static Object join(List<Object> elements, Arguments call, Scope scope) {
    Object[] bound = call.bind("d", "attribute");
    List<Object> texts = new ArrayList<>();
    for (Object element : elements) {
      Object part = bound[1] == null ? element : Members.item(element, bound[1]);
      texts.add(Values.text(part));
    }
    return Methods.join(bound[0] == null ? "" : Values.text(bound[0]), texts, scope.budget());
  }

  private static Object map(List<Object> elements, Arguments call, Scope scope) {
    List<Object> mapped = new ArrayList<>();
    if (call.values().isEmpty()) {
      Object[] bound = call.bind("attribute", "default");
      for (Object element : elements) {
        Object value = Members.item(element, bound[0]);
        boolean isMissing = value instanceof Undefined && bound[1] != null;
        mapped.add(isMissing ? bound[1] : value);
      }
      return mapped;
    }
    String name = Methods.text(call.values().get(0));
    if (!NAMES.contains(name)) {
      throw new JinjaException("the filter `" + name + "` is not supported");
    }
    Arguments rest = rest(call, 1);
    elements.forEach(element -> mapped.add(apply(name, element, rest, scope)));
    return mapped;
  }

  private static Object select(String name, List<Object> elements, Arguments call) {
    boolean byAttribute = name.endsWith("attr");
    if (byAttribute && call.values().isEmpty()) {
      throw new JinjaException("`" + name + "` names no attribute");
    }
    Object attribute = byAttribute ? call.values().get(0) : null;
    Arguments test = rest(call, byAttribute ? 1 : 0);
    List<Object> selected = new ArrayList<>();
    for (Object element : elements) {
      Object value = byAttribute ? Members.item(element, attribute) : element;
      if (holds(value, test) == name.startsWith("select")) {
        selected.add(element);
      }
    }
    return selected;
  }

  private static boolean holds(Object value, Arguments test) {
    if (test.values().isEmpty()) {
      return Values.isTrue(value);
    }
    return Tests.holds(Methods.text(test.values().get(0)), value, rest(test, 1));
  }

  private static Arguments rest(Arguments call, int from) {
    return new Arguments(call.values().subList(from, call.values().size()), call.named());
  }
}
