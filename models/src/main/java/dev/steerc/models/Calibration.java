package dev.steerc.models;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Between which numbers each value of a model lay, over a few random texts. */
final class Calibration {
  private static final int TEXTS = 8;

  /** From the smallest to the largest number, 0 included. */
  record Range(double low, double high) {
    static final Range ZERO = new Range(0, 0);

    Range with(double number) {
      return new Range(Math.min(low, number), Math.max(high, number));
    }

    /** The range of the same numbers before a bias was added. */
    Range without(Range bias) {
      return new Range(low - bias.high, high - bias.low);
    }
  }

  private final Map<String, Range> ranges = new HashMap<>();

  private Calibration() {}

  static Calibration of(Gpt2 model) {
    var calibration = new Calibration();
    var random = new SplittableRandom(5);
    for (int i = 0; i < TEXTS; i++) {
      long[] ids = random.longs(model.config().positions(), 0, model.config().vocab()).toArray();
      var run = Gpt2Reference.run(model, Batch.single(ids), Gpt2Reference.Edit.NONE);
      run.sites().forEach(calibration::add);
      run.modules().forEach(calibration::add);
    }
    return calibration;
  }

  static Range of(float... values) {
    Range range = Range.ZERO;
    for (float value : values) {
      range = range.with(value);
    }
    return range;
  }

  private void add(String name, double[][][] value) {
    double[] numbers =
        Arrays.stream(value).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
    for (double number : numbers) {
      ranges.merge(name, Range.ZERO.with(number), (a, b) -> a.with(b.low()).with(b.high()));
    }
  }

  /** The range of a site, {@code <block>.<site>}, or of what a module gives. */
  Range of(String name) {
    return ranges.get(name);
  }
}
