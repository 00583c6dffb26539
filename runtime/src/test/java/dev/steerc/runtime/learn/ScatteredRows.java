package dev.steerc.runtime.learn;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.stream.DoubleStream;

/** Rows in several places; what goes there is serialised, and what comes back is added up. */
final class ScatteredRows implements LabelledRows {
  private final float[][] rows;
  private final Labels labels;
  private final int[] ends;
  private int passes;
  private int largest;

  /**
   * @param ends where each place's rows end; the last is their number
   */
  ScatteredRows(float[][] rows, Labels labels, int... ends) {
    this.rows = rows;
    this.labels = labels;
    this.ends = ends;
  }

  @Override
  public int width() {
    return rows[0].length;
  }

  @Override
  public int classes() {
    return labels.classes();
  }

  @Override
  public boolean paired() {
    return labels.paired();
  }

  @Override
  public double[] sum(Part part, int size, Pass pass) {
    passes++;
    largest = Math.max(largest, size);
    double[] sums = new double[size];
    for (int place = ends.length - 1; place >= 0; place--) {
      sums = Doubles.plus(sums, 1, stretch(place).sum(part, size, sent(pass)));
    }
    return sums;
  }

  @Override
  public double[] each(Part part, int size, Reading reading) {
    passes++;
    DoubleStream all = DoubleStream.empty();
    for (int place = 0; place < ends.length; place++) {
      double[] some = stretch(place).each(part, size, sent(reading));
      all = DoubleStream.concat(all, DoubleStream.of(some));
    }
    return all.toArray();
  }

  @Override
  public LocalRows here() {
    throw new UnsupportedOperationException("they are elsewhere");
  }

  /** How often the rows were gone through. */
  int passes() {
    return passes;
  }

  /** The most numbers that were added up on one way through the rows. */
  int largest() {
    return largest;
  }

  private Stretch stretch(int place) {
    return new Stretch(
        width(),
        visitor -> {
          for (int row = place == 0 ? 0 : ends[place - 1]; row < ends[place]; row++) {
            visitor.row(row, labels.of()[row], labels.heldOut().get(row), rows[row].clone());
          }
        });
  }

  @SuppressWarnings("unchecked")
  private static <T extends Serializable> T sent(T value) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(value);
      }
      ByteArrayInputStream back = new ByteArrayInputStream(bytes.toByteArray());
      try (ObjectInputStream in = new ObjectInputStream(back)) {
        return (T) in.readObject();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
