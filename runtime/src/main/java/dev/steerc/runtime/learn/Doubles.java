package dev.steerc.runtime.learn;

import dev.steerc.runtime.format.Floats;

/** Vectors in double precision. */
final class Doubles {
  private Doubles() {}

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  static double[] minus(double[] a, double[] b) {
    return plus(a, -1, b);
  }

  /** a + factor · b. */
  static double[] plus(double[] a, double factor, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < a.length; i++) {
      sum[i] += factor * b[i];
    }
    return sum;
  }

  static double[] times(double factor, double[] a) {
    double[] product = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      product[i] = factor * a[i];
    }
    return product;
  }

  static double[] of(Floats floats) {
    double[] doubles = new double[floats.values().length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = floats.values()[i];
    }
    return doubles;
  }

  static Floats toFloats(double[] doubles, long... dims) {
    float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return new Floats(dims, floats);
  }
}
