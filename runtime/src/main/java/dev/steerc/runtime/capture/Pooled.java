package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rows of one text.
 *
 * @param first the first token that gave a row or a part of one
 * @param tokens how many tokens did
 * @param rows how many rows there are
 * @param values [rows, width] by site
 * @param lengths the Euclidean lengths of those tokens by site, [tokens]
 */
public record Pooled(
    int first, int tokens, int rows, Map<Site, float[]> values, Map<Site, double[]> lengths) {

  public Pooled {
    values = Collections.unmodifiableMap(values);
    lengths = Collections.unmodifiableMap(lengths);
  }

  /**
   * Takes a text's rows.
   *
   * @param activations [tokens, width] of the whole text by site
   */
  static Pooled of(Pooling pooling, Tokens text, Map<Site, Floats> activations) {
    int first = pooling.first(text);
    int rows = pooling.rows(text);
    Map<Site, float[]> values = new LinkedHashMap<>();
    Map<Site, double[]> lengths = new LinkedHashMap<>();
    activations.forEach(
        (site, there) -> {
          float[] into = new float[Math.multiplyExact(rows, there.width())];
          pooling.put(there, text, into, 0);
          values.put(site, into);
          lengths.put(site, lengths(there, first, text.ids().length));
        });
    return new Pooled(first, text.ids().length - first, rows, values, lengths);
  }

  private static double[] lengths(Floats activations, int first, int end) {
    int width = activations.width();
    double[] lengths = new double[end - first];
    for (int token = first; token < end; token++) {
      double squares = 0;
      for (int i = token * width; i < (token + 1) * width; i++) {
        squares += (double) activations.values()[i] * activations.values()[i];
      }
      lengths[token - first] = Math.sqrt(squares);
    }
    return lengths;
  }

  /** The lengths of the tokens at a site, added up. */
  public double length(Site site) {
    double sum = 0;
    for (double length : lengths.get(site)) {
      sum += length;
    }
    return sum;
  }
}
