package dev.steerc.cli.serve.ops;

import dev.steerc.problem.Code;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** What the server counts and times. */
public final class Meters {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter tokens =
      Counter.builder().name("steerc_tokens").help("generated tokens").register(registry);
  private final Counter problems =
      Counter.builder()
          .name("steerc_problems")
          .help("problems by code")
          .labelNames("code")
          .register(registry);
  private final Counter swaps =
      Counter.builder().name("steerc_swaps").help("vectors put and deleted").register(registry);
  private final Gauge batch =
      Gauge.builder().name("steerc_batch_texts").help("texts that run").register(registry);
  private final Gauge queue =
      Gauge.builder().name("steerc_queue_requests").help("requests that wait").register(registry);
  private final Histogram first =
      Histogram.builder()
          .name("steerc_time_to_first_token_seconds")
          .help("from the request to its first token")
          .register(registry);

  /** A token was generated. */
  public void token() {
    tokens.inc();
  }

  /** Something went wrong. */
  public void failure(Code code) {
    problems.labelValues(code.slug()).inc();
  }

  /** A vector was put or deleted. */
  public void swap() {
    swaps.inc();
  }

  /** How much there is to do. */
  public void load(int running, int waiting) {
    batch.set(running);
    queue.set(waiting);
  }

  /** How long a request waited for its first token. */
  public void firstToken(Duration after) {
    first.observe(after.toNanos() / 1e9);
  }

  /** All of it. */
  PrometheusRegistry registry() {
    return registry;
  }
}
