package dev.steerc.cli.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a value has: attributes, elements, and parts. */
final class Members {
  private Members() {}

  /** The value of `base.name`. */
  static Object attribute(Object base, String name) {
    refuseUndefined(base, name);
    if (base instanceof Loop loop) {
      return loop.attribute(name);
    }
    if (base instanceof Namespace namespace) {
      return namespace.values().getOrDefault(name, new Undefined(name));
    }
    if (base == null) {
      return new Undefined(name);
    }
    Callable method = Methods.of(base, name);
    if (method != null) {
      return method;
    }
    if (base instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    if (!(base instanceof Map)) {
      // Python has methods there that steerc lacks; without them the template means something else
      throw new JinjaException("`" + name + "` of " + Values.describe(base) + " is not supported");
    }
    return new Undefined(name);
  }

  /** The value of `base[key]`. */
  static Object item(Object base, Object key) {
    refuseUndefined(base, String.valueOf(key));
    if (base instanceof Map<?, ?> map) {
      return map.containsKey(key) ? map.get(key) : new Undefined(Values.text(key));
    }
    if (Numbers.isWhole(key) && (base instanceof List || base instanceof String)) {
      List<Object> elements = Values.elements(base);
      long index = Numbers.whole(key);
      long at = index < 0 ? index + elements.size() : index;
      return at >= 0 && at < elements.size()
          ? elements.get((int) at)
          : new Undefined("element " + index);
    }
    if (key instanceof String name) {
      return attribute(base, name);
    }
    throw new JinjaException(Values.describe(base) + " has no elements");
  }

  private static void refuseUndefined(Object base, String member) {
    if (base instanceof Undefined undefined) {
      throw new JinjaException(
          "`" + undefined.what() + "` is undefined, so it has no `" + member + "`");
    }
  }

  /** The value of `base[start:stop:step]`; a bound that is null is absent. */
  static Object slice(Object base, Object[] bounds, Budget budget) {
    if (!(base instanceof List) && !(base instanceof String)) {
      throw new JinjaException(Values.describe(base) + " cannot be sliced");
    }
    List<Object> elements = Values.elements(base);
    budget.charge(elements.size());
    long step = bounds[2] == null ? 1 : Numbers.whole(bounds[2]);
    if (step == 0) {
      throw new JinjaException("a slice with step 0");
    }
    int size = elements.size();
    long start = bound(bounds[0], step > 0 ? 0 : size - 1, size, step);
    long stop = bound(bounds[1], step > 0 ? size : -1, size, step);
    List<Object> slice = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      slice.add(elements.get((int) i));
      if (Math.abs(step) > size) {
        break;
      }
    }
    return base instanceof String
        ? slice.stream().map(Values::text).collect(Collectors.joining())
        : slice;
  }

  private static long bound(Object given, long otherwise, int size, long step) {
    if (given == null) {
      return otherwise;
    }
    long bound = Numbers.whole(given);
    long at = bound < 0 ? bound + size : bound;
    return step > 0 ? Math.max(0, Math.min(at, size)) : Math.max(-1, Math.min(at, size - 1));
  }
}
