package dev.steerc.runtime.capture;

import dev.steerc.plan.Site;
import java.nio.file.Path;
import java.util.Set;

/**
 * What a capture did.
 *
 * @param folder where the activations are
 * @param sites the sites that there are rows of
 * @param texts how many texts there are
 * @param rows how many rows they give at each site
 * @param bytes what the files of the folder take
 * @param cut how many texts were too long and were cut in front
 * @param found how many texts were on disk already, and were not run
 * @param tokens how many tokens were run
 * @param seconds how long that took
 */
public record Captured(
    Path folder,
    Set<Site> sites,
    long texts,
    long rows,
    long bytes,
    long cut,
    long found,
    long tokens,
    double seconds) {

  /** How many tokens were run in a second; 0 when none was. */
  public double tokensPerSecond() {
    return tokens == 0 ? 0 : tokens / Math.max(1e-9, seconds);
  }
}
