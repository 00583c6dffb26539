package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.List;
import java.util.Map;

/**
 * What one text gives where it gives one row.
 *
 * @param rows its row at each site [sites][width]
 * @param lengths the Euclidean lengths of the tokens that counted, added up, at each site
 * @param counted how many tokens counted
 */
public record Pooled(float[][] rows, double[] lengths, int counted) {

  /**
   * Takes a text's row out of its activations.
   *
   * @param activations [tokens, width] of the whole text, by site
   */
  public static Pooled of(
      Tokens text, Pooling pooling, List<Site> sites, Map<Site, Floats> activations) {
    if (pooling == Pooling.ALL) {
      throw new IllegalArgumentException("a text has one row");
    }
    float[][] rows = new float[sites.size()][];
    double[] lengths = new double[rows.length];
    int first = pooling.first(text);
    for (int i = 0; i < rows.length; i++) {
      Floats there = activations.get(sites.get(i));
      rows[i] = new float[there.width()];
      pooling.put(there, text, rows[i], 0);
      lengths[i] = lengths(there, first);
    }
    return new Pooled(rows, lengths, text.ids().length - first);
  }

  /** The lengths of the tokens from one on, added up. */
  static double lengths(Floats activations, int first) {
    int width = activations.width();
    double sum = 0;
    for (int at = first * width; at < activations.values().length; at += width) {
      double squares = 0;
      for (int i = at; i < at + width; i++) {
        squares += (double) activations.values()[i] * activations.values()[i];
      }
      sum += Math.sqrt(squares);
    }
    return sum;
  }
}
