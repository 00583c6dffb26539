package dev.steerc.runtime.learn;

import java.util.Arrays;

/**
 * Rows with labels that are gone through in one place, possibly once only: all of them, or what one
 * of many machines has.
 *
 * @param width the elements of a row
 */
public record Stretch(int width, Walk walk) {

  /** Takes a row. */
  public interface Visitor {
    /**
     * Hears of the next row.
     *
     * @param index which it is, of all; only problems tell it
     * @param of its class
     * @param values [width], valid during the call only
     */
    void row(long index, int of, boolean heldOut, float[] values);
  }

  /** Goes through rows from the first to the last. */
  public interface Walk {
    void forEach(Visitor visitor);
  }

  /** Adds up over a part of the rows, in their order. */
  public double[] sum(Part part, int size, Pass pass) {
    double[] sums = new double[size];
    Block.forEach(this, part, block -> pass.add(block, sums));
    return sums;
  }

  /** So many numbers of each row of a part [rows, size], in their order. */
  public double[] each(Part part, int size, Reading reading) {
    Numbers numbers = new Numbers();
    Block.forEach(
        this,
        part,
        block -> {
          double[] some = new double[block.rows() * size];
          reading.read(block, some);
          numbers.add(some);
        });
    return Arrays.copyOf(numbers.all, numbers.count);
  }

  private static final class Numbers {
    private double[] all = new double[0];
    private int count;

    void add(double[] some) {
      int needed = Math.addExact(count, some.length);
      if (needed > all.length) {
        all = Arrays.copyOf(all, (int) Math.max(needed, Math.min(2L * needed, 1 << 30)));
      }
      System.arraycopy(some, 0, all, count, some.length);
      count = needed;
    }
  }
}
