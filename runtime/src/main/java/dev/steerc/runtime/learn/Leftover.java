package dev.steerc.runtime.learn;

import dev.steerc.runtime.capture.Rows;
import dev.steerc.runtime.steering.Edit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What can still be told apart behind an eraser.
 *
 * <p>On the rows that an eraser was learned from the classes' means are equal, so that a direction
 * learned from those finds nothing, however poor the eraser is. Directions are therefore learned
 * from one half of the rows that were held out and judged by the other, and the other way round.
 */
final class Leftover {
  /** The most rows of each class that are looked at; they are kept in memory. */
  private static final int MOST = 2048;

  private final Sample sample;
  private final Edit.LowRank eraser;
  private final List<float[]> rows = new ArrayList<>();
  private final List<Integer> classes = new ArrayList<>();
  private final BitSet second = new BitSet();

  private Leftover(Sample sample, Edit.LowRank eraser) {
    this.sample = sample;
    this.eraser = eraser;
  }

  /**
   * The separation by a new difference of means or a new logistic regression, the better of both
   * and of all classes; empty where a class has fewer than two rows held out.
   */
  static OptionalDouble of(Sample sample, Edit.LowRank eraser) {
    return new Leftover(sample, eraser).most();
  }

  private OptionalDouble most() {
    Labels labels = sample.rows().here().labels();
    int[] counts = new int[labels.classes()];
    labels.heldOut().stream().forEach(row -> counts[labels.of()[row]]++);
    for (int count : counts) {
      if (count < 2) {
        return OptionalDouble.empty();
      }
    }
    collect(counts);
    BitSet first = (BitSet) second.clone();
    first.flip(0, rows.size());
    Sample there = half(second);
    Sample back = half(first);
    return sample
        .toTell()
        .mapToDouble(
            c ->
                Math.max(
                    (byMeans(there, c) + byMeans(back, c)) / 2,
                    (byProbe(there, c) + byProbe(back, c)) / 2))
        .max();
  }

  /** Takes every so many rows of each class, in turn for either half. */
  private void collect(int[] counts) {
    LocalRows local = sample.rows().here();
    int[] of = local.labels().of();
    BitSet heldOut = local.labels().heldOut();
    int[] seen = new int[counts.length];
    local
        .rows()
        .forEach(
            (index, values) -> {
              int row = (int) index;
              if (!heldOut.get(row)) {
                return;
              }
              int stride = (counts[of[row]] + MOST - 1) / MOST;
              int nth = seen[of[row]]++;
              if (nth % stride == 0) {
                second.set(rows.size(), nth / stride % 2 == 1);
                rows.add(erased(values));
                classes.add(of[row]);
              }
            });
  }

  private float[] erased(float[] row) {
    int rank = eraser.bias().width();
    float[] read = eraser.read().values();
    float[] write = eraser.write().values();
    double[] erased = new double[row.length];
    for (int r = 0; r < rank; r++) {
      double along = eraser.bias().values()[r];
      for (int i = 0; i < row.length; i++) {
        along += (double) row[i] * read[i * rank + r];
      }
      for (int i = 0; i < row.length; i++) {
        erased[i] += along * write[r * row.length + i];
      }
    }
    float[] floats = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      floats[i] = (float) (row[i] + erased[i]);
    }
    return floats;
  }

  /** The rows with one half of them held out. */
  private Sample half(BitSet heldOut) {
    int[] of = classes.stream().mapToInt(c -> c).toArray();
    Rows all = Rows.of(sample.width(), rows.toArray(new float[0][]));
    Labels labels = new Labels(of, sample.rows().classes(), false, heldOut);
    return Sample.of(new LocalRows(all, labels));
  }

  private static double byMeans(Sample half, int positive) {
    return Judge.separation(half, positive, half.difference(positive));
  }

  private static double byProbe(Sample half, int positive) {
    return Judge.separation(half, positive, Logistic.direction(half, positive));
  }
}
