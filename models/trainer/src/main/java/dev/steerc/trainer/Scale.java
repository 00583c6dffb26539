package dev.steerc.trainer;

import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/** How numbers become heights in a diagram, and heights the labels beside them. */
enum Scale {
  /** 0 to 1, shown as percent. */
  SHARE(value -> 100 * value, height -> String.format(Locale.ROOT, "%.0f %%", height)),
  /** Above 0; each step doubles it. */
  RATIO(value -> Math.log(value) / Math.log(2), Scale::power),
  PLAIN(value -> value, height -> String.format(Locale.ROOT, "%.1f", height));

  private final DoubleUnaryOperator height;
  private final DoubleFunction<String> label;

  Scale(DoubleUnaryOperator height, DoubleFunction<String> label) {
    this.height = height;
    this.label = label;
  }

  double height(double value) {
    return height.applyAsDouble(value);
  }

  String label(double height) {
    return label.apply(height);
  }

  /** A power of two in full. */
  private static String power(double exponent) {
    double value = Math.pow(2, exponent);
    boolean isWhole = exponent >= 0 && Math.abs(exponent - Math.rint(exponent)) < 1e-9;
    return isWhole ? "× " + Math.round(value) : String.format(Locale.ROOT, "× %.1f", value);
  }
}
