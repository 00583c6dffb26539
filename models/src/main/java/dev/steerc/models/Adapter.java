package dev.steerc.models;

/**
 * A low-rank adapter that is not merged: matrix = base + scale · down · up.
 *
 * @param base float32 [in, out]
 * @param down float32 [in, 2]
 * @param up float32 [2, out]
 */
record Adapter(Weight base, Weight down, Weight up) {
  static final float SCALE = 0.5f;
  private static final int RANK = 2;

  /** A random adapter, and what has to be left of the matrix so that the sum is the matrix. */
  static Adapter of(Weight matrix, String path) {
    int in = matrix.dims().get(0);
    int out = matrix.dims().get(1);
    Weight down = Weight.of(0, 1 / Math.sqrt(in), path.hashCode(), in, RANK);
    Weight up = Weight.of(0, 1, path.hashCode() + 1, RANK, out);
    float[] base = matrix.values();
    float[] left = down.values();
    float[] right = up.values();
    for (int i = 0; i < base.length; i++) {
      for (int r = 0; r < RANK; r++) {
        base[i] -= SCALE * left[i / out * RANK + r] * right[r * out + i % out];
      }
    }
    return new Adapter(Weight.given(base, in, out), down, up);
  }
}
