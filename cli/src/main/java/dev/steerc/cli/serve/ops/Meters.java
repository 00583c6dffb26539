package dev.steerc.cli.serve.ops;

import dev.steerc.problem.Code;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * What the server counts and times. Labels have few values, which no client can make more: routes
 * as they were registered, not addresses.
 */
public final class Meters {
  private static final double[] SECONDS = {
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      counter("steerc_requests", "requests that were answered", "method", "route", "status");
  private final Histogram durations =
      histogram("steerc_request_seconds", "from a request to the end of its answer", "route");
  private final Counter problems =
      counter("steerc_problems", "requests with a problem, by its code", "code");
  private final Counter prompts =
      counter("steerc_prompt_tokens", "tokens of the prompts of texts that were taken in");
  private final Counter tokens = counter("steerc_generated_tokens", "tokens that were generated");
  private final Histogram first =
      histogram("steerc_time_to_first_token_seconds", "from a request to its first token");
  private final Histogram next =
      histogram("steerc_time_per_token_seconds", "between two tokens of a text");
  private final Gauge batch = gauge("steerc_batch_texts", "texts that run");
  private final Gauge queue = gauge("steerc_queue_requests", "requests that wait for their turn");
  private final Counter changes =
      counter("steerc_vector_changes", "vectors that were changed while the server runs", "change");

  /** What can happen to a vector. */
  public enum Change {
    /** It was sent. */
    PUT,
    /** It was deleted by a request. */
    DELETED,
    /** Its file was changed on disk. */
    RELOADED
  }

  public Meters() {
    Runtime java = Runtime.getRuntime();
    watch("steerc_java_heap_bytes", "memory of Java objects", () -> used(java));
    watch("steerc_java_heap_max_bytes", "the most memory of Java objects", java::maxMemory);
    watch("steerc_java_threads", "threads", ManagementFactory.getThreadMXBean()::getThreadCount);
    watch(
        "steerc_up_seconds",
        "how long the server has been there",
        () -> ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
    for (Change change : Change.values()) {
      changes.labelValues(label(change)).inc(0); // a rate needs to see the first one
    }
  }

  private static double used(Runtime java) {
    return java.totalMemory() - java.freeMemory();
  }

  private static String label(Change change) {
    return change.name().toLowerCase(Locale.ROOT);
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private Gauge gauge(String name, String help) {
    return Gauge.builder().name(name).help(help).register(registry);
  }

  private Histogram histogram(String name, String help, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(SECONDS)
        .register(registry);
  }

  /** Asks for a number whenever somebody looks. */
  public void watch(String name, String help, DoubleSupplier now) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(gauge -> gauge.call(now.getAsDouble()))
        .register(registry);
  }

  /**
   * A request is over.
   *
   * @param method as the server knows it; {@code other} for any else
   * @param route as it was registered; {@code none} for an address that there is not
   */
  void answered(String method, String route, int status, Duration after) {
    requests.labelValues(method, route, String.valueOf(status)).inc();
    durations.labelValues(route).observe(seconds(after));
  }

  /** Something went wrong with a request. */
  public void failure(Code code) {
    problems.labelValues(code.slug()).inc();
  }

  /** Texts were taken in. */
  public void prompts(long count) {
    prompts.inc(count);
  }

  /** A token was generated. */
  public void token() {
    tokens.inc();
  }

  /** How long a request waited for its first token. */
  public void firstToken(Duration after) {
    first.observe(seconds(after));
  }

  /** How long a text waited for another token. */
  public void nextToken(Duration after) {
    next.observe(seconds(after));
  }

  /** How much there is to do. */
  public void load(int running, int waiting) {
    batch.set(running);
    queue.set(waiting);
  }

  /** Something happened to a vector. */
  public void vector(Change change) {
    changes.labelValues(label(change)).inc();
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  /** All of it. */
  PrometheusRegistry registry() {
    return registry;
  }
}
