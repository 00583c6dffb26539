package dev.steerc.runtime.format;

import java.util.Arrays;

/**
 * A float32 tensor on the heap.
 *
 * @param dims its shape
 * @param values its elements, row-major
 */
public record Floats(long[] dims, float[] values) {

  public Floats {
    if (elements(dims) != values.length) {
      throw new IllegalArgumentException(
          values.length + " values do not fill a tensor of " + Arrays.toString(dims));
    }
  }

  /** A tensor with the same value everywhere. */
  public static Floats filled(float value, long... dims) {
    float[] values = new float[elements(dims)];
    Arrays.fill(values, value);
    return new Floats(dims, values);
  }

  /** The number of elements of a shape. */
  public static int elements(long[] dims) {
    long elements = 1;
    for (long dim : dims) {
      elements = Math.multiplyExact(elements, dim);
    }
    return Math.toIntExact(elements);
  }

  /** The size of the last dimension. */
  public int width() {
    return dims.length == 0 ? 1 : (int) dims[dims.length - 1];
  }

  /** Of [batch, seq, width] the last position: [batch, 1, width]. */
  public Floats lastOfRows() {
    int rows = (int) dims[0];
    int length = (int) dims[1];
    float[] last = new float[rows * width()];
    for (int row = 0; row < rows; row++) {
      int from = (row * length + length - 1) * width();
      System.arraycopy(values, from, last, row * width(), width());
    }
    return new Floats(new long[] {rows, 1, width()}, last);
  }

  /** The largest absolute value. */
  public double magnitude() {
    double max = 0;
    for (float value : values) {
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }

  /** The largest absolute difference; NaN where one is NaN and the other is not. */
  public double distance(Floats other) {
    if (!Arrays.equals(dims, other.dims)) {
      return Double.POSITIVE_INFINITY;
    }
    double max = 0;
    for (int i = 0; i < values.length; i++) {
      boolean same = Float.floatToIntBits(values[i]) == Float.floatToIntBits(other.values[i]);
      double difference = same ? 0 : Math.abs((double) values[i] - other.values[i]);
      max = Double.isNaN(difference) ? Double.NaN : Math.max(max, difference);
      if (Double.isNaN(max)) {
        return max;
      }
    }
    return max;
  }
}
