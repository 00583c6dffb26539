package dev.steerc.cli.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions that a template finds without defining them. */
final class Functions {
  private static final int MAX_RANGE = 100_000;

  /** Python's codes for the parts of a date, in the patterns of Java. */
  private static final Map<Character, String> CODES =
      Map.ofEntries(
          Map.entry('d', "dd"),
          Map.entry('m', "MM"),
          Map.entry('y', "yy"),
          Map.entry('Y', "yyyy"),
          Map.entry('b', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('p', "a"),
          Map.entry('j', "DDD"));

  private Functions() {}

  static void define(Scope scope, LocalDateTime now) {
    scope.set("range", (Callable) (call, at) -> range(call, at.budget()));
    scope.set(
        "namespace",
        (Callable)
            (call, at) -> {
              Map<String, Object> values = new LinkedHashMap<>(call.named());
              new Arguments(call.values(), Map.of()).bind();
              return new Namespace(values);
            });
    scope.set("dict", (Callable) (call, at) -> dictionary(call));
    scope.set(
        "raise_exception",
        (Callable)
            (call, at) -> {
              throw new JinjaException("it says: " + Values.text(call.bind("message")[0]).strip());
            });
    scope.set(
        "strftime_now", (Callable) (call, at) -> date(now, Methods.text(call.bind("format")[0])));
  }

  private static Object dictionary(Arguments call) {
    new Arguments(call.values(), Map.of()).bind();
    return new LinkedHashMap<Object, Object>(call.named());
  }

  private static Object range(Arguments call, Budget budget) {
    Object[] bound = call.bind("start", "stop", "step");
    long start = bound[1] == null ? 0 : Numbers.whole(bound[0]);
    long stop = Numbers.whole(bound[1] == null ? bound[0] : bound[1]);
    long step = bound[2] == null ? 1 : Numbers.whole(bound[2]);
    if (step == 0) {
      throw new JinjaException("a range with step 0");
    }
    List<Object> range = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      budget.step();
      range.add(i);
      if (range.size() > MAX_RANGE || Math.abs(i) > Integer.MAX_VALUE) {
        throw new JinjaException("a range of more than " + MAX_RANGE + " numbers");
      }
    }
    return range;
  }

  private static String date(LocalDateTime now, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      if (format.charAt(i) != '%') {
        out.append(format.charAt(i));
        continue;
      }
      char code = ++i < format.length() ? format.charAt(i) : 0;
      if (code != '%' && !CODES.containsKey(code)) {
        throw new JinjaException("`strftime_now` with `" + format + "` is not supported");
      }
      out.append(
          code == '%'
              ? "%"
              : DateTimeFormatter.ofPattern(CODES.get(code), Locale.ENGLISH).format(now));
    }
    return out.toString();
  }
}
