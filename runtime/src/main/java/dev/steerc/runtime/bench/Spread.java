package dev.steerc.runtime.bench;

import java.util.List;

/** Where some numbers lie. */
public record Spread(double median, double least, double most) {

  /** Of one number at least. */
  static Spread of(List<Double> numbers) {
    List<Double> sorted = numbers.stream().sorted().toList();
    int half = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }
}
