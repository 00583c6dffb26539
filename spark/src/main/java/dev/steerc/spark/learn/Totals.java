package dev.steerc.spark.learn;

import java.io.Serializable;

/** What all texts that were run have together. */
final class Totals implements Serializable {
  private static final long serialVersionUID = 1L;

  private long texts;
  private long heldOut;
  private long cut;
  private long begun;
  private long tokens;
  private double counted;
  private double[] lengths = {};

  Totals plus(Taught text) {
    texts++;
    heldOut += text.heldOut() ? 1 : 0;
    cut += text.cut() ? 1 : 0;
    begun += text.begun() ? 1 : 0;
    tokens += text.tokens();
    counted += text.counted();
    addLengths(text.lengths());
    return this;
  }

  Totals plus(Totals other) {
    texts += other.texts;
    heldOut += other.heldOut;
    cut += other.cut;
    begun += other.begun;
    tokens += other.tokens;
    counted += other.counted;
    addLengths(other.lengths);
    return this;
  }

  private void addLengths(double[] more) {
    lengths = lengths.length == 0 ? new double[more.length] : lengths;
    for (int i = 0; i < more.length; i++) {
      lengths[i] += more[i];
    }
  }

  long texts() {
    return texts;
  }

  long heldOut() {
    return heldOut;
  }

  /** Whether no text has a beginning that does not count. */
  boolean areWhole() {
    return begun == 0;
  }

  /** How many were too long and were cut in front. */
  long cut() {
    return cut;
  }

  /** How many tokens were run. */
  long tokens() {
    return tokens;
  }

  /** The mean length of the tokens that counted at a site. */
  double typical(int site) {
    return lengths[site] / counted;
  }
}
