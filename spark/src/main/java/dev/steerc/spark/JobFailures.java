package dev.steerc.spark;

import dev.steerc.cli.Failures;
import dev.steerc.problem.SteercException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Finds what went wrong on an executor in what Spark says of it. */
final class JobFailures {
  private JobFailures() {}

  static int onException(Exception e, CommandLine line, ParseResult result) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SteercException known) {
        return Failures.onException(known, line, result);
      }
    }
    return Failures.onException(e, line, result);
  }
}
