package dev.steerc.runtime.learn;

import dev.steerc.runtime.steering.Edit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;

/** Tells what a direction is worth by the rows of a sample that judge. */
final class Judge {
  private final Sample sample;
  private final int positive; // the class on whose side the direction leads
  private final double[] direction;

  private Judge(Sample sample, int positive, double[] direction) {
    this.sample = sample;
    this.positive = positive;
    this.direction = direction;
  }

  static Diagnosis diagnosis(Sample sample, Edit edit) {
    if (edit instanceof Edit.LowRank eraser) {
      return ofEraser(sample, eraser);
    }
    double[] direction = Doubles.of(((Edit.OneVector) edit).vector());
    return new Judge(sample, 1, direction).diagnosis(OptionalDouble.empty());
  }

  private static Diagnosis ofEraser(Sample sample, Edit.LowRank eraser) {
    OptionalDouble left = Leftover.of(sample, eraser);
    return sample
        .toTell()
        .mapToObj(c -> new Judge(sample, c, sample.difference(c)).diagnosis(left))
        .max(Comparator.comparingDouble(Judge::known))
        .orElseThrow();
  }

  /** A separation, and less than any where it is unknown. */
  private static double known(Diagnosis diagnosis) {
    return Double.isNaN(diagnosis.separation()) ? -1 : diagnosis.separation();
  }

  private Diagnosis diagnosis(OptionalDouble left) {
    Projections all = new Projections();
    return new Diagnosis(
        all.separation(),
        all.agreement(),
        all.wrongSide(),
        Doubles.norm(direction),
        sample.typical(),
        all.count,
        sample.heldOut() == 0,
        left);
  }

  /** The separation by a direction that leads to a class's side. */
  static double separation(Sample sample, int positive, double[] direction) {
    return new Judge(sample, positive, direction).new Projections().separation();
  }

  /**
   * Of each row how far it lies along a direction, and its class; of each pair, beside its first
   * row, the cosine of its difference.
   */
  private record Projection(double[] direction, boolean paired) implements Reading {
    static final int SIZE = 3;

    @Override
    public void read(Block block, double[] numbers) {
      double[] products = new double[Block.MOST];
      block.times(direction, 1, products);
      for (int row = 0; row < block.rows(); row++) {
        numbers[SIZE * row] = products[row];
        numbers[SIZE * row + 1] = block.of(row);
      }
      if (paired) {
        double length = Doubles.norm(direction);
        block.differences();
        for (int pair = 0; pair < block.rows(); pair++) {
          double along = products[2 * pair] - products[2 * pair + 1];
          double lengths = Math.sqrt(block.squares(pair)) * length;
          numbers[SIZE * 2 * pair + 2] = lengths > 0 ? along / lengths : 0;
        }
      }
    }
  }

  /** How far the judging rows lie along the direction. */
  private final class Projections {
    private final boolean paired = sample.rows().paired();
    private final double[] values;
    private final boolean[] isPositive;
    private final int count;
    private double cosines;

    Projections() {
      double[] numbers = sample.judge(Projection.SIZE, new Projection(direction, paired));
      count = numbers.length / Projection.SIZE;
      values = new double[count];
      isPositive = new boolean[count];
      for (int row = 0; row < count; row++) {
        int at = Projection.SIZE * row;
        values[row] = numbers[at];
        isPositive[row] = numbers[at + 1] == positive;
        cosines += numbers[at + 2];
      }
    }

    double separation() {
      double[] positives = of(true);
      double[] negatives = of(false);
      return Separation.wins(positives, negatives) / positives.length / negatives.length;
    }

    private double[] of(boolean wanted) {
      double[] some = new double[count];
      int found = 0;
      for (int i = 0; i < count; i++) {
        if (isPositive[i] == wanted) {
          some[found++] = values[i];
        }
      }
      return Arrays.copyOf(some, found);
    }

    double agreement() {
      return paired ? cosines / (count / 2) : Double.NaN;
    }

    double wrongSide() {
      return paired ? wrongPairs() : wrongRows();
    }

    private double wrongPairs() {
      int wrong = 0;
      for (int i = 0; i < count; i += 2) {
        wrong += values[i] < values[i + 1] ? 1 : 0;
      }
      return wrong / (count / 2.0);
    }

    private double wrongRows() {
      double middle = Doubles.dot(direction, sample.middle(positive));
      int wrong = 0;
      for (int i = 0; i < count; i++) {
        wrong += isPositive[i] ? values[i] < middle ? 1 : 0 : values[i] > middle ? 1 : 0;
      }
      return (double) wrong / count;
    }
  }
}
