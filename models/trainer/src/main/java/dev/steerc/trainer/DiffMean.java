package dev.steerc.trainer;

import dev.steerc.models.corpus.Pair;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.format.Floats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A concept's direction at each block: the mean activation of texts that have it less the mean of
 * their twins that do not. Source: arXiv 2310.06824; the best simple learner in arXiv 2501.17148.
 */
final class DiffMean {
  private final Forward model;
  private final int blocks;

  /**
   * Begins.
   *
   * @param model has a tap at the output of each block
   */
  DiffMean(Forward model, int blocks) {
    this.model = model;
    this.blocks = blocks;
  }

  /** The directions [hidden] by block. */
  List<float[]> learn(List<Pair> pairs) {
    Map<Integer, double[]> sums = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      add(sums, pair, pair.positive(), 1);
      add(sums, pair, pair.negative(), -1);
    }
    List<float[]> directions = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      double[] sum = sums.get(block);
      float[] direction = new float[sum.length];
      for (int i = 0; i < sum.length; i++) {
        direction[i] = (float) (sum[i] / pairs.size());
      }
      directions.add(direction);
    }
    return directions;
  }

  /** Adds a text's mean over the tokens behind what it has in common with its twin. */
  private void add(Map<Integer, double[]> sums, Pair pair, String text, int sign) {
    long[] ids = model.encode(text);
    long[] other = model.encode(text.equals(pair.positive()) ? pair.negative() : pair.positive());
    int from = 0;
    while (from < ids.length - 1 && from < other.length && ids[from] == other[from]) {
      from++;
    }
    Map<String, Floats> outputs = model.run(ids);
    for (int block = 0; block < blocks; block++) {
      String tap = new Tap(new Site.InBlock(block, Site.Kind.RESID_POST)).output();
      Floats values = outputs.get(tap);
      int hidden = values.width();
      double[] sum = sums.computeIfAbsent(block, b -> new double[hidden]);
      for (int i = from * hidden; i < values.values().length; i++) {
        sum[i % hidden] += sign * values.values()[i] / (double) (ids.length - from);
      }
    }
  }
}
