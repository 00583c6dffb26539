package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Batch;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Numbers beside those that they have to be, wherever there is a token. */
final class Comparison {
  private static final Map<String, Double> REPORT = new TreeMap<>();

  private final List<Double> expected = new ArrayList<>();
  private final List<Double> measured = new ArrayList<>();

  /**
   * Compares [batch, seq, width] with a tensor of the same columns, or of more.
   *
   * @param expected its rows may be fewer: then they are those of each measured row
   * @param first the column of {@code expected} that the first measured one is
   */
  Comparison add(Floats expected, Floats measured, Batch batch, int first) {
    int width = expected.width();
    assertThat(measured.width()).isEqualTo(width);
    for (int b = 0; b < measured.dims()[0]; b++) {
      for (int s = 0; s < measured.dims()[1]; s++) {
        if (batch.mask()[b][first + s] == 1) {
          int row = (int) ((b % expected.dims()[0]) * expected.dims()[1] + first + s);
          int own = (int) (b * measured.dims()[1] + s);
          for (int i = 0; i < width; i++) {
            this.expected.add((double) expected.values()[row * width + i]);
            this.measured.add((double) measured.values()[own * width + i]);
          }
        }
      }
    }
    return this;
  }

  /** Compares with the reference. */
  Comparison add(double[][][] expected, Floats measured, Batch batch) {
    return add(floats(expected), measured, batch, 0);
  }

  static Floats floats(double[][][] values) {
    int width = values[0][0].length;
    float[] all = new float[values.length * values[0].length * width];
    int at = 0;
    for (double[][] row : values) {
      for (double[] vector : row) {
        for (double value : vector) {
          all[at++] = (float) value;
        }
      }
    }
    return new Floats(new long[] {values.length, values[0].length, width}, all);
  }

  /** The largest absolute difference; a NaN is one. */
  double difference() {
    assertThat(expected).isNotEmpty();
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      worst = Math.max(worst, Math.abs(expected.get(i) - measured.get(i)));
    }
    return worst;
  }

  double rootMeanSquare() {
    assertThat(expected).isNotEmpty();
    double squares = 0;
    for (int i = 0; i < expected.size(); i++) {
      squares += Math.pow(expected.get(i) - measured.get(i), 2);
    }
    return Math.sqrt(squares / expected.size());
  }

  /**
   * What became of the numbers between two comparisons.
   *
   * @param cosine of the angle between the expected change and the measured one
   * @param size of the expected change, root mean square
   * @param noise in which the measured change differs from it, root mean square
   */
  record Change(double cosine, double size, double noise) {}

  /** The change since a comparison of the same numbers. */
  Change changeFrom(Comparison before) {
    double dot = 0;
    double expectedSquares = 0;
    double measuredSquares = 0;
    for (int i = 0; i < expected.size(); i++) {
      double a = expected.get(i) - before.expected.get(i);
      double b = measured.get(i) - before.measured.get(i);
      dot += a * b;
      expectedSquares += a * a;
      measuredSquares += b * b;
    }
    double noise = expectedSquares - 2 * dot + measuredSquares;
    return new Change(
        dot / Math.sqrt(expectedSquares * measuredSquares),
        Math.sqrt(expectedSquares / expected.size()),
        Math.sqrt(noise / expected.size()));
  }

  /** Fails when the difference is more than the model's precision explains. */
  void within(ModelUnderTest model, String law, Object what) {
    check(model.kind().difference(this), model.kind().tolerance(), law + " " + model, what);
  }

  private static void check(double worst, double bound, String subject, Object what) {
    report(subject, worst);
    assertThat(worst).as(subject + ": " + what).isLessThanOrEqualTo(bound);
  }

  /** Keeps the largest measurement of its kind, and prints it with {@code -Dsteerc.report}. */
  static synchronized void report(String kind, double measured) {
    double before = REPORT.getOrDefault(kind, 0.0);
    if (measured > before) {
      REPORT.put(kind, measured);
      if (Boolean.getBoolean("steerc.report")) {
        System.out.printf("MEASURED %-50s %.3e%n", kind, measured);
      }
    }
  }
}
