package dev.steerc.runtime.bench;

import dev.steerc.manifest.Json;
import java.util.Map;

/**
 * How much is measured.
 *
 * @param processes in how many processes each way to generate is measured
 * @param repeats how often in each of them
 * @param tokens how many to generate of one text
 * @param batchTokens how many to generate of each text of a batch
 * @param profiled how many times a prompt and ten steps are profiled
 * @param swaps how many swaps are timed
 */
public record Amount(
    int processes, int repeats, int tokens, int batchTokens, int profiled, int swaps) {
  /** The lengths of the prompts. */
  public static final int SHORT = 32;

  public static final int LONG = 128;

  /** The texts of a batch. */
  public static final int ROWS = 8;

  /** The processes that have one model open at once. */
  public static final int TOGETHER = 4;

  /** Some minutes for a model of 500 MB on two cores. */
  public static final Amount USUAL = new Amount(3, 2, 64, 32, 3, 200);

  /** A minute; too little for ratios to be trusted. */
  public static final Amount QUICK = new Amount(1, 1, 12, 4, 1, 50);

  public Amount processes(int count) {
    return new Amount(count, repeats, tokens, batchTokens, profiled, swaps);
  }

  Map<String, Object> toMap() {
    return Json.object(
        "processes", processes,
        "repeats", repeats,
        "tokens", tokens,
        "batch_tokens", batchTokens,
        "profiled", profiled,
        "swaps", swaps);
  }

  static Amount of(Map<?, ?> map) {
    return new Amount(
        number(map, "processes"),
        number(map, "repeats"),
        number(map, "tokens"),
        number(map, "batch_tokens"),
        number(map, "profiled"),
        number(map, "swaps"));
  }

  private static int number(Map<?, ?> map, String key) {
    return ((Number) map.get(key)).intValue();
  }
}
