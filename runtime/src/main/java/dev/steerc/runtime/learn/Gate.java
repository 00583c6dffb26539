package dev.steerc.runtime.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A direction as a condition, which holds for a text whose mean activation is at a cosine above a
 * threshold. It is the one that tells the texts best that it was learned from, half-way to the next
 * of their cosines; the shares are those of the texts that judge. Where a site was chosen by these
 * shares, they flatter it.
 *
 * @param threshold the cosine, -1 to 1
 * @param hits the share of the texts that have the concept and for which it holds
 * @param alarms the share of the texts that lack it and for which it holds
 */
public record Gate(Site site, double threshold, double hits, double alarms) {

  /** A row's cosine with the direction. */
  private record Cosine(double value, boolean isPositive) {}

  /**
   * Finds the threshold.
   *
   * @param rows the mean activations of whole texts
   * @param direction [hidden], from the texts of class 0 to those of class 1
   */
  static Gate of(Site site, LabelledRows rows, Floats direction) {
    Along along = new Along(Doubles.of(direction));
    double[] numbers = rows.each(Part.ALL, Along.SIZE, along);
    List<Cosine> learned = new ArrayList<>();
    List<Cosine> judging = new ArrayList<>();
    for (int at = 0; at < numbers.length; at += Along.SIZE) {
      Cosine cosine = new Cosine(numbers[at], numbers[at + 1] == 1);
      (numbers[at + 2] == 1 ? judging : learned).add(cosine);
    }
    if (judging.isEmpty()) {
      judging = learned;
    }
    double threshold = rounded(threshold(learned));
    return new Gate(
        site, threshold, share(judging, true, threshold), share(judging, false, threshold));
  }

  /** Of each row the cosine with a direction, its class, and whether it is held out. */
  private record Along(double[] direction) implements Reading {
    static final int SIZE = 3;

    @Override
    public void read(Block block, double[] numbers) {
      double length = Doubles.norm(direction);
      double[] products = new double[Block.MOST];
      block.times(direction, 1, products);
      for (int row = 0; row < block.rows(); row++) {
        double lengths = Math.sqrt(block.squares(row)) * length;
        numbers[SIZE * row] = lengths > 0 ? products[row] / lengths : 0;
        numbers[SIZE * row + 1] = block.of(row);
        numbers[SIZE * row + 2] = block.isHeldOut(row) ? 1 : 0;
      }
    }
  }

  /** As a command line can say it without a loss. */
  private static double rounded(double cosine) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.4f", cosine));
  }

  /** Where the positive ones above, less the negative ones above, are the largest share. */
  private static double threshold(List<Cosine> cosines) {
    List<Cosine> sorted = new ArrayList<>(cosines);
    sorted.sort(Comparator.comparingDouble(Cosine::value));
    double positives = sorted.stream().filter(Cosine::isPositive).count();
    double negatives = sorted.size() - positives;
    double above = 0;
    double most = 0;
    double threshold = sorted.get(sorted.size() - 1).value();
    for (int i = sorted.size() - 1; i > 0; i--) {
      above += sorted.get(i).isPositive() ? 1 / positives : -1 / negatives;
      boolean isApart = sorted.get(i - 1).value() < sorted.get(i).value();
      if (above > most && isApart) {
        most = above;
        threshold = (sorted.get(i).value() + sorted.get(i - 1).value()) / 2;
      }
    }
    return threshold;
  }

  private static double share(List<Cosine> cosines, boolean isPositive, double threshold) {
    List<Cosine> some = cosines.stream().filter(one -> one.isPositive() == isPositive).toList();
    return (double) some.stream().filter(one -> one.value() > threshold).count() / some.size();
  }

  /** How much better it tells the texts apart than chance does, at most 1. */
  double skill() {
    return hits - alarms;
  }

  /** As {@code --when} takes it behind the vector's name. */
  public String text() {
    return "@" + site.text() + ">" + String.format(Locale.ROOT, "%.4f", threshold);
  }
}
