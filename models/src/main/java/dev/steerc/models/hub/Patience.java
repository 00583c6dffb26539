package dev.steerc.models.hub;

import java.time.Duration;

/**
 * How long a download keeps trying.
 *
 * @param tries how often in a row a try may bring nothing new
 * @param pause the wait after the first of them; it doubles with each
 * @param longest the longest such wait
 * @param silence how long a connection may send nothing before it counts as broken
 * @param limit the most that is waited in all because the hub asks for fewer requests
 */
public record Patience(
    int tries, Duration pause, Duration longest, Duration silence, Duration limit) {

  /** What suits people. */
  public static final Patience USUAL =
      new Patience(
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));

  Duration pauseAfter(int failures) {
    Duration doubled = pause.multipliedBy(1L << Math.min(20, failures - 1));
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }
}
