package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.Optional;

/**
 * When a vector acts: by what the prompt looks like at a tapped site. It is decided once for a row,
 * on the prompt without the vectors that are conditional. Source: conditional activation steering,
 * arXiv 2409.05907.
 *
 * @param site where to look
 * @param vector the condition's direction [hidden]
 * @param threshold the cosine to compare with, -1 to 1
 * @param above whether the vector acts above the threshold, or below it
 * @param over which tokens of the prompt are looked at
 * @param source the vector that the direction was taken from, when there is one
 */
public record Condition(
    Site site, Floats vector, double threshold, boolean above, Over over, Optional<Vector> source) {

  /** What of the prompt is compared with the direction. */
  public enum Over {
    /** The mean of the activations of all its tokens. */
    MEAN,
    /** The activation of its last token. */
    LAST
  }

  public Condition {
    if (!(threshold >= -1 && threshold <= 1)) {
      throw new IllegalArgumentException("a cosine of " + threshold);
    }
  }

  /** Acts when the cosine of the mean activation is above a threshold. */
  public static Condition above(Site site, Floats vector, double threshold) {
    return new Condition(site, vector, threshold, true, Over.MEAN, Optional.empty());
  }

  /** Acts when the cosine of the mean activation is below a threshold. */
  public static Condition below(Site site, Floats vector, double threshold) {
    return new Condition(site, vector, threshold, false, Over.MEAN, Optional.empty());
  }

  /** Looks at the last token of the prompt only. */
  public Condition atLastToken() {
    return new Condition(site, vector, threshold, above, Over.LAST, source);
  }

  /** As the command line writes it, or without a name where nobody gave the direction one. */
  @Override
  public String toString() {
    String name = source.map(vector -> vector.name() + "@").orElse("");
    return name + site.text() + (above ? ">" : "<") + threshold;
  }

  /** Whether the vector acts at that cosine. */
  boolean holds(double cosine) {
    return above ? cosine > threshold : cosine < threshold;
  }

  /**
   * The cosine of a prompt's activations with the direction; 0 where there is none.
   *
   * @param tap the activations [tokens, hidden] of the prompt, without padding
   */
  double cosine(float[] tap) {
    int width = vector.width();
    int from = over == Over.LAST ? tap.length - width : 0;
    double[] total = new double[width];
    for (int i = from; i < tap.length; i++) {
      total[i % width] += tap[i];
    }
    double dot = 0;
    double squares = 0;
    for (int i = 0; i < width; i++) {
      dot += total[i] * vector.values()[i];
      squares += total[i] * total[i];
    }
    double lengths = Math.sqrt(squares) * Edits.norm(vector);
    return lengths == 0 ? 0 : dot / lengths;
  }
}
