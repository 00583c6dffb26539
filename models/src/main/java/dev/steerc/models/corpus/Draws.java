package dev.steerc.models.corpus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The random choices of one document.
 *
 * <p>Each depends on the seed, on what is chosen and on how often that was chosen before, and on
 * nothing else. So a change of one attribute leaves all other choices as they were.
 */
final class Draws {
  private final long seed;
  private final Map<String, Integer> counts = new HashMap<>();

  Draws(long seed) {
    this.seed = seed;
  }

  /** The seed of the nth of many documents. */
  static long seed(long seed, long n) {
    return mixed(mixed(seed) + n);
  }

  /** A number from 0 to below a bound. */
  int below(String what, int bound) {
    int count = counts.merge(what, 1, Integer::sum);
    long hash = mixed(seed(seed, what.hashCode()) + count);
    return (int) Long.remainderUnsigned(hash, bound);
  }

  <T> T of(String what, List<T> choices) {
    return choices.get(below(what, choices.size()));
  }

  /** True in such a share of all documents. */
  boolean happens(String what, double share) {
    return below(what, 1 << 20) < share * (1 << 20);
  }

  /** The finaliser of SplitMix64. */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
