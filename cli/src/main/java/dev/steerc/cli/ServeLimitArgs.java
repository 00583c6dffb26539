package dev.steerc.cli;

import dev.steerc.cli.serve.http.Limits;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How much a server takes on. */
final class ServeLimitArgs {
  @Option(
      names = "--max-batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Texts that are generated at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--max-queue",
      paramLabel = "N",
      defaultValue = "128",
      description = "Requests that wait; more are told to come back (default: ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--cache-memory",
      paramLabel = "SIZE",
      converter = Amounts.Bytes.class,
      description =
          "What the caches of running texts may take, such as 1g (default: a quarter of the memory"
              + " that is free at the start). A text that joins takes as much again for a moment.")
  private Long cache;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "4096",
      description = "New tokens of a text (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      defaultValue = "16",
      description = "Texts of one request (default: ${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--max-body",
      paramLabel = "SIZE",
      defaultValue = "1m",
      converter = Amounts.Bytes.class,
      description = "A request's body, vectors aside (default: ${DEFAULT-VALUE}).")
  private long body;

  @Option(
      names = "--max-vector",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = Amounts.Bytes.class,
      description = "A vector's file (default: ${DEFAULT-VALUE}).")
  private long vector;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      defaultValue = "2m",
      converter = Amounts.Time.class,
      description = "How long a request may wait and run (default: ${DEFAULT-VALUE}).")
  private Duration request;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = Amounts.Time.class,
      description = "How long a client may be silent, or not read (default: ${DEFAULT-VALUE}).")
  private Duration idle;

  @Option(
      names = "--stop-timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = Amounts.Time.class,
      description = "How long a stop waits for what runs (default: ${DEFAULT-VALUE}).")
  private Duration stop;

  /**
   * The limits.
   *
   * @throws SteercException with all that are out of range
   */
  Limits limits() {
    List<Problem> problems = new ArrayList<>();
    check("--max-batch", batch, 1, 1024, problems);
    check("--max-queue", queue, 0, 10_000, problems);
    check("--max-tokens", tokens, 1, Integer.MAX_VALUE, problems);
    check("--max-sequences", sequences, 1, 1024, problems);
    check("--max-body", body, 1024, Integer.MAX_VALUE, problems);
    check("--max-vector", vector, 1024, Integer.MAX_VALUE, problems);
    check("--request-timeout in ms", request.toMillis(), 1, Integer.MAX_VALUE, problems);
    check("--idle-timeout in ms", idle.toMillis(), 1, Integer.MAX_VALUE, problems);
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
    return new Limits(
        batch,
        queue,
        cache != null ? cache : FreeMemory.bytes() / 4,
        tokens,
        sequences,
        (int) body,
        (int) vector,
        Limits.DEFAULT.vectors(),
        request,
        idle,
        stop);
  }

  private static void check(
      String option, long value, long least, long most, List<Problem> problems) {
    if (value < least || value > most) {
      problems.add(
          Problem.of(Code.USAGE, option + " cannot be " + value)
              .help(
                  most < Integer.MAX_VALUE
                      ? "it is " + least + " to " + most
                      : least + " or more"));
    }
  }
}
