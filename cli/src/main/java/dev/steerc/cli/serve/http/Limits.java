package dev.steerc.cli.serve.http;

import java.time.Duration;

/**
 * How much the server takes on.
 *
 * @param batch the most texts that are generated at once
 * @param queue the most requests that wait
 * @param cacheBytes the most memory that the caches of running texts may take
 * @param newTokens the most tokens that a request may ask for, for each of its texts
 * @param sequences the most texts of one request
 * @param bodyBytes the largest body of a request, vectors aside
 * @param vectorBytes the largest vector file
 * @param vectors the most vectors of the registry
 * @param requestTime how long a request may wait and run
 * @param idleTime how long a connection may be silent, and a client not read
 * @param stopTime how long a stop waits for what runs
 */
public record Limits(
    int batch,
    int queue,
    long cacheBytes,
    int newTokens,
    int sequences,
    int bodyBytes,
    int vectorBytes,
    int vectors,
    Duration requestTime,
    Duration idleTime,
    Duration stopTime) {

  /** What a small machine can do. */
  public static final Limits DEFAULT =
      new Limits(
          16,
          128,
          1L << 30,
          4096,
          16,
          1 << 20,
          64 << 20,
          10_000,
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));

  /** The same with other bounds of what runs and waits. */
  public Limits with(int texts, int waiting) {
    return new Limits(
        texts,
        waiting,
        cacheBytes,
        newTokens,
        sequences,
        bodyBytes,
        vectorBytes,
        vectors,
        requestTime,
        idleTime,
        stopTime);
  }
}
