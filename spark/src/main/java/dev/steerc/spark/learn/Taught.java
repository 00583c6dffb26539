package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.runtime.capture.Pooled;
import java.io.Serializable;
import java.util.List;

/**
 * What running a text gave, and what is known of it.
 *
 * @param text which it is, counted from 0
 * @param of its class
 * @param rows a row at each site
 * @param lengths the lengths of its tokens that counted, added up, at each site
 * @param counted how many those are
 * @param tokens how many were run
 * @param cut whether it was too long and was cut in front
 * @param begun whether it begins with what does not count
 */
record Taught(
    long text,
    int of,
    boolean heldOut,
    float[][] rows,
    double[] lengths,
    int counted,
    int tokens,
    boolean cut,
    boolean begun)
    implements Serializable {

  /** A text that is not run, as its activations are there already. */
  static Taught waiting(Told told) {
    return new Taught(
        told.text(),
        told.of(),
        told.heldOut(),
        new float[0][],
        new double[0],
        0,
        0,
        told.cut(),
        told.begun());
  }

  /** The same with what was kept of such a text. */
  Taught with(Kept kept) {
    return new Taught(
        text, of, heldOut, kept.rows(), kept.lengths(), kept.counted(), 0, cut, begun);
  }

  static Taught of(Told told, List<Site> sites, Pooled pooled) {
    return new Taught(
        told.text(),
        told.of(),
        told.heldOut(),
        sites.stream().map(pooled.values()::get).toArray(float[][]::new),
        sites.stream().mapToDouble(pooled::length).toArray(),
        pooled.tokens(),
        told.tokens().ids().length,
        told.cut(),
        told.begun());
  }
}
