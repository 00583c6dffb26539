package dev.steerc.cli.serve.bench;

import dev.steerc.manifest.Json;

/**
 * A request, and what the model answers to it alone.
 *
 * @param vector steers it with {@code strength}; empty for none
 * @param expected the text that the model generates when nothing else runs
 * @param tokens how many that are
 */
record Task(
    String prompt,
    String vector,
    double strength,
    long seed,
    int most,
    String expected,
    int tokens) {

  /** The steering as the API takes it. */
  String steering() {
    return vector.isEmpty() ? "none" : vector + ":" + strength;
  }

  /** The body of a request that has the text streamed. */
  String body() {
    return Json.write(
        Json.object(
            "prompt", prompt,
            "steering", steering(),
            "seed", seed,
            "max_tokens", most,
            "stream", true));
  }
}
