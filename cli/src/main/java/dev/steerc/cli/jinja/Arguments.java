package dev.steerc.cli.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values in the parentheses of a call. */
record Arguments(List<Object> values, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** The value of each parameter, null where none is given; a surplus argument is an error. */
  Object[] bind(String... parameters) {
    Object[] bound = new Object[parameters.length];
    if (values.size() > bound.length) {
      throw new JinjaException("a call has more arguments than it takes");
    }
    for (int i = 0; i < values.size(); i++) {
      bound[i] = values.get(i);
    }
    Map<String, Object> rest = new LinkedHashMap<>(named);
    for (int i = 0; i < bound.length; i++) {
      if (rest.containsKey(parameters[i])) {
        bound[i] = rest.remove(parameters[i]);
      }
    }
    if (!rest.isEmpty()) {
      throw new JinjaException("a call has an unknown argument " + rest.keySet());
    }
    return bound;
  }
}
