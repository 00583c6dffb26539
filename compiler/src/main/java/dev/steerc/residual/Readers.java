package dev.steerc.residual;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Proves of everything that reads a stream that it reads it as the parts of a decoder do. */
final class Readers {
  private final Flow flow;
  private final Chain chain;
  private final Set<Step> sums = new HashSet<>();
  private final Set<Step> branches = new HashSet<>();

  /** What reads the stream as it is because its result is normed before it is added. */
  private final Set<Step> normedLater = new HashSet<>();

  private Readers(Flow flow, Chain chain) {
    this.flow = flow;
    this.chain = chain;
    for (Sum sum : chain.sums()) {
      sums.addAll(sum.steps());
      for (Sum.Branch branch : sum.branches()) {
        branches.addAll(branch.region().steps());
        if (branch.endsInNorm(flow)) {
          normedLater.addAll(branch.region().steps());
        }
      }
    }
  }

  /** Refuses a stream that a branch reads without a norm before or behind it. */
  static void check(Flow flow, Chain chain) {
    Readers readers = new Readers(flow, chain);
    List<String> values = chain.values();
    values.subList(0, values.size() - 1).forEach(readers::check);
  }

  private void check(String value) {
    Norms norms = Norms.of(flow, value);
    for (Step reader : flow.readers(value)) {
      boolean known =
          norms.contains(reader) || sums.contains(reader) || normedLater.contains(reader);
      // what reads the stream for an output of its own is none of a decoder's business
      if (!known && branches.contains(reader)) {
        throw Chain.broken(
            "the stream is read by something that is neither a norm nor a residual addition",
            reader.node(),
            "it reads `" + value + "`");
      }
    }
  }
}
