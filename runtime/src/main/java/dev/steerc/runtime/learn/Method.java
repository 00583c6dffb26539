package dev.steerc.runtime.learn;

import dev.steerc.runtime.capture.Rows;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How an edit is learned from activations. Each that is added leads, at strength 1, as far along
 * its direction as the means of the two classes are apart.
 */
public enum Method {
  /** The difference of the classes' means. Source: arXiv 2310.06824; AxBench, arXiv 2501.17148. */
  DIFFMEAN,
  /** The first principal direction of the pairs' differences. Source: arXiv 2310.01405. */
  PCA,
  /** The weights of a logistic regression. Source: arXiv 2501.17148, section 3. */
  LOGISTIC,
  /** The difference of one pair. Source: activation addition, arXiv 2308.10248. */
  ACTADD,
  /** An eraser: no linear probe finds the classes behind it. Source: LEACE, arXiv 2306.03819. */
  LEACE;

  /** The word on the command line and in files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Method> of(String label) {
    return Arrays.stream(values()).filter(method -> method.label().equals(label)).findFirst();
  }

  /**
   * Learns from the rows that are not held out, and judges by those that are.
   *
   * @param seed what chance begins from where a method uses any; the same gives the same bytes
   * @throws dev.steerc.problem.SteercException when the rows tell nothing apart
   */
  public Learned learn(Rows rows, Labels labels, long seed) {
    throw new UnsupportedOperationException("to be written: " + rows + labels + seed);
  }
}
