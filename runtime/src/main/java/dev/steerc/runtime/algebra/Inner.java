package dev.steerc.runtime.algebra;

/** Products of vectors, summed in double precision. */
final class Inner {
  /** The share of a vector below which what is left of it is rounding. */
  static final double PARALLEL = 1e-6;

  private Inner() {}

  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  static double norm(float[] a) {
    return Math.sqrt(dot(a, a));
  }

  static double cosine(float[] a, float[] b) {
    return dot(a, b) / (norm(a) * norm(b));
  }

  /** What is left of a vector without its part along another one; all of it when that is zero. */
  static float[] without(float[] vector, float[] away) {
    double squares = dot(away, away);
    double share = squares == 0 ? 0 : dot(vector, away) / squares;
    float[] rest = new float[vector.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = (float) (vector[i] - share * away[i]);
    }
    return rest;
  }
}
