package dev.steerc.runtime.measure;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one steering does to sampled texts.
 *
 * @param samples the texts with their scores, in the order of the prompts
 * @param perplexity how much the texts surprise the model without steering: e to the mean negative
 *     log-likelihood of all generated tokens, each behind its prompt and what was generated before
 * @param kl the mean over all generated tokens of KL(steered ‖ plain), in nats; NaN where it is no
 *     steering that is measured
 * @param length the mean number of tokens of a text
 */
public record Measurement(List<Sample> samples, double perplexity, double kl, double length) {
  /** A score is lower than another when it is so by more than this; less is rounding. */
  public static final double TOLERANCE = 0.01;

  /** A text and how much of the concept is in it. */
  public record Sample(Said said, double score) {}

  public Measurement {
    samples = List.copyOf(samples);
  }

  Measurement withoutKl() {
    return new Measurement(samples, perplexity, Double.NaN, length);
  }

  /** The mean score. */
  public double effect() {
    return samples.stream().mapToDouble(Sample::score).average().orElseThrow();
  }

  /** What was generated, without the prompts. */
  public List<String> texts() {
    return samples.stream().map(sample -> sample.said().text()).toList();
  }

  /**
   * The share of different ones among all groups of {@code n} adjacent words. More texts have less
   * of it, so compare equal numbers of them. Source: arXiv 1510.03055
   */
  public double distinct(int n) {
    return Variety.distinct(texts(), n);
  }

  /** The share of groups of four words that a text had before. Source: arXiv 1908.04319. */
  public double repetition() {
    return Variety.repetition(texts());
  }

  /**
   * The share of the prompts whose text has a lower score than the plain one of the same chance.
   *
   * @param plain of the same exam
   * @param less whether a higher score is what is not wanted
   */
  public double wrongWay(Measurement plain, boolean less) {
    double sign = less ? -1 : 1;
    return IntStream.range(0, samples.size())
            .filter(i -> sign * (plain.samples.get(i).score() - samples.get(i).score()) > TOLERANCE)
            .count()
        / (double) samples.size();
  }
}
