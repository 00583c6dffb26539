package dev.steerc.models.family;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/** Arithmetic on values [batch, sequence, width] in double precision. */
final class Values {
  private Values() {}

  static double[][][] rows(double[][][] x, UnaryOperator<double[]> f) {
    return Arrays.stream(x)
        .map(line -> Arrays.stream(line).map(f::apply).toArray(double[][]::new))
        .toArray(double[][][]::new);
  }

  static double[][][] each(double[][][] x, DoubleUnaryOperator f) {
    return rows(x, row -> Arrays.stream(row).map(f).toArray());
  }

  static double[][][] scaled(double[][][] x, double factor) {
    return each(x, v -> v * factor);
  }

  static double[][][] sum(double[][][] x, double[][][] y) {
    var out = new double[x.length][][];
    for (int b = 0; b < x.length; b++) {
      out[b] = new double[x[b].length][];
      for (int s = 0; s < x[b].length; s++) {
        out[b][s] = sum(x[b][s], y[b][s]);
      }
    }
    return out;
  }

  static double[] sum(double[] x, double[] y) {
    double[] out = x.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += y[i];
    }
    return out;
  }

  static double[] scaled(double[] x, double factor) {
    return Arrays.stream(x).map(v -> v * factor).toArray();
  }

  /** row · matrix + bias. */
  static double[] linear(double[] row, Parameters.Linear linear) {
    float[] matrix = linear.matrix().values();
    var out = new double[linear.out()];
    for (int j = 0; j < out.length; j++) {
      for (int i = 0; i < row.length; i++) {
        out[j] += row[i] * matrix[i * out.length + j];
      }
    }
    return linear.bias() == null ? out : sum(out, doubles(linear.bias().values()));
  }

  /** The norm of each row. */
  static double[] norm(double[] row, Norm kind, Parameters.Scaling scaling) {
    double mean = kind.isCentred() ? Arrays.stream(row).average().orElseThrow() : 0;
    double[] centred = Arrays.stream(row).map(v -> v - mean).toArray();
    double square = Arrays.stream(centred).map(v -> v * v).average().orElseThrow();
    double[] out = scaled(centred, 1 / Math.sqrt(square + Norm.EPSILON));
    for (int i = 0; i < out.length; i++) {
      double gain = kind.hasGain() ? scaling.gain().values()[i] : 1;
      double shift = kind.hasShift() ? scaling.shift().values()[i] : 0;
      out[i] = out[i] * (kind.isPlusOne() ? 1 + gain : gain) + shift;
    }
    return out;
  }

  static double[] doubles(float[] values) {
    var out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i];
    }
    return out;
  }

  static double capped(double x, double cap) {
    return cap == 0 ? x : cap * Math.tanh(x / cap);
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static double activated(double x, Activation activation) {
    return switch (activation) {
      case GELU -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case SILU -> x * sigmoid(x);
      case RELU -> Math.max(x, 0);
      case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
    };
  }

  /** The error function by its power series, which is enough where it is not yet 1. */
  private static double erf(double x) {
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 120; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
