package dev.steerc.cli.demo;

import java.util.List;

/**
 * What steering does to many texts.
 *
 * @param texts how many there are in each line
 * @param concepts what they were judged for
 */
public record Numbers(int texts, List<String> concepts, List<Line> lines) {

  /**
   * The texts of one steering.
   *
   * @param rates the share of the texts that shows each concept
   * @param perplexity how much they surprise the model without steering, the plain texts being 1
   */
  public record Line(String label, List<Double> rates, double perplexity) {}
}
