package dev.steerc.cli;

import dev.steerc.runtime.bench.Speed;
import dev.steerc.runtime.bench.Spread;
import dev.steerc.runtime.bench.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What stands in the tables of {@code steerc bench}. */
record Cells(Speed speed) {
  static final String NONE = "-";

  /** The ways to run the model of which there is a number, without the one that is noise. */
  List<String> arms(String number) {
    List<String> order = new ArrayList<>(List.of(Speed.BARE, Speed.ORIGINAL));
    Arrays.stream(Variant.values()).map(Variant::label).forEach(order::add);
    order.retainAll(speed.arms(number));
    return order;
  }

  /** The median of a number over all processes, in some unit. */
  String median(String arm, String number, String pattern, double unit) {
    return speed.spread(arm, number).map(s -> format(pattern, s.median() * unit)).orElse(NONE);
  }

  /** Median, least and most of a ratio. */
  static List<Object> ratio(Optional<Spread> ratio) {
    return ratio
        .map(
            r ->
                List.<Object>of(
                    format("%.3f", r.median()),
                    format("%.2f", r.least()),
                    format("%.2f", r.most())))
        .orElse(List.of(NONE, NONE, NONE));
  }

  /** A ratio of what is the same twice. */
  static String noise(Optional<Spread> ratio) {
    return ratio
        .map(r -> format("%.3f (%.2f to %.2f)", r.median(), r.least(), r.most()))
        .orElse("unknown");
  }

  /** What a table calls a way to run the model. */
  static String label(String arm) {
    return switch (arm) {
      case Speed.BARE -> "original, bare ONNX Runtime";
      case Speed.ORIGINAL -> "original, steerc";
      default -> variant(arm).map(Variant::text).orElse(arm);
    };
  }

  static boolean isThin(String arm) {
    return variant(arm).filter(Variant::isThin).isPresent();
  }

  private static Optional<Variant> variant(String arm) {
    return Arrays.stream(Variant.values())
        .filter(variant -> variant.label().equals(arm))
        .findFirst();
  }

  static String count(int count, String what) {
    return count == 1 ? "1 " + what : count + " " + what + (what.endsWith("s") ? "es" : "s");
  }

  static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
