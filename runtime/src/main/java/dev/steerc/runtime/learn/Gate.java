package dev.steerc.runtime.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Rows;
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
  static Gate of(Site site, Rows rows, Labels labels, Floats direction) {
    double[] vector = Doubles.of(direction);
    double length = Doubles.norm(vector);
    List<Cosine> learned = new ArrayList<>();
    List<Cosine> judging = new ArrayList<>();
    rows.forEach(
        (index, values) -> {
          double[] row = Doubles.of(new Floats(new long[] {values.length}, values));
          double lengths = Doubles.norm(row) * length;
          double value = lengths > 0 ? Doubles.dot(row, vector) / lengths : 0;
          Cosine cosine = new Cosine(value, labels.of()[(int) index] == 1);
          if (labels.learnsFrom((int) index)) {
            learned.add(cosine);
          }
          if (labels.judges((int) index)) {
            judging.add(cosine);
          }
        });
    double threshold = rounded(threshold(learned));
    return new Gate(
        site, threshold, share(judging, true, threshold), share(judging, false, threshold));
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
