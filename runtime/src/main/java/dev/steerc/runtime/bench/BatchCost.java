package dev.steerc.runtime.bench;

import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What it costs that the rows of a batch are steered apart.
 *
 * @param distinct how many steerings there are among the rows; 0 for none at all
 * @param step microseconds of a step, the median of all rounds
 * @param share the tokens per second as a share of those without steering, the median of the rounds
 */
public record BatchCost(int distinct, double step, double share) {

  /**
   * Measures batches without steering and with 1 to as many steerings as there are rows. A round
   * runs each of them once, in turn, so that what the machine does meanwhile meets all of them.
   *
   * @param prompts the rows, with settings that have each go on for the same number of tokens
   * @param steerings as many as there are rows
   */
  public static List<BatchCost> of(
      SteeredModel model, List<Prompt> prompts, List<Steering> steerings, int rounds) {
    if (steerings.size() != prompts.size()) {
      throw new IllegalArgumentException(steerings.size() + " steerings for " + prompts.size());
    }
    int kinds = prompts.size() + 1;
    double[][] steps = new double[kinds][rounds];
    double[][] shares = new double[kinds][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int distinct = 0; distinct < kinds; distinct++) {
        List<Prompt> rows = steered(prompts, steerings, distinct);
        steps[distinct][round] = LoopCost.of(model, rows, 2).step();
        shares[distinct][round] = steps[0][round] / steps[distinct][round];
      }
    }
    List<BatchCost> costs = new ArrayList<>();
    for (int distinct = 0; distinct < kinds; distinct++) {
      costs.add(new BatchCost(distinct, median(steps[distinct]), median(shares[distinct])));
    }
    return costs;
  }

  private static List<Prompt> steered(
      List<Prompt> prompts, List<Steering> steerings, int distinct) {
    List<Prompt> rows = new ArrayList<>();
    for (int row = 0; row < prompts.size(); row++) {
      Steering own = distinct == 0 ? Steering.NONE : steerings.get(row % distinct);
      rows.add(prompts.get(row).steered(own));
    }
    return rows;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
