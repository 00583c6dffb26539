package dev.steerc.spark;

import dev.steerc.cli.Failures;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.SparkThrowable;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Finds what went wrong on an executor in what Spark says of it. */
final class JobFailures {
  private static final String FULL = "no space left";

  private JobFailures() {}

  static int onException(Exception e, CommandLine line, ParseResult result) {
    return Failures.onException(known(e), line, result);
  }

  /** The problem in an exception, or the exception where that is a mistake of steerc's. */
  static Exception known(Exception e) {
    List<Throwable> causes = causes(e);
    for (Throwable cause : causes) {
      if (cause instanceof SteercException known) {
        return known;
      }
    }
    if (causes.get(causes.size() - 1) instanceof RuntimeException last && isOurs(last)) {
      return last;
    }
    boolean isSparks =
        causes.stream().anyMatch(c -> c instanceof SparkThrowable || c instanceof SparkException);
    return isSparks || e instanceof IOException ? new SteercException(problem(causes), e) : e;
  }

  private static boolean isOurs(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return trace.length > 0 && trace[0].getClassName().startsWith("dev.steerc.");
  }

  private static Problem problem(List<Throwable> causes) {
    List<String> said = causes.stream().map(JobFailures::said).distinct().toList();
    if (said.stream().anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(FULL))) {
      return Problem.of(Code.DISK_FULL, "a disk is full")
          .note(said.get(said.size() - 1))
          .help("free some space where the result goes, or in the executors' spark.local.dir");
    }
    Problem problem = Problem.of(Code.JOB_FAILED, "Spark gave the job up");
    for (String text : said) {
      problem = problem.note(text);
    }
    return problem.help("mend that, or run again with -vv to see where it happened");
  }

  /** What an exception says, without the trace that Spark puts behind. */
  private static String said(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.lines().findFirst().orElse(message).strip();
  }

  private static List<Throwable> causes(Throwable outer) {
    List<Throwable> causes = new ArrayList<>();
    Stream.iterate(outer, cause -> cause != null, Throwable::getCause)
        .limit(20)
        .forEach(causes::add);
    return causes;
  }
}
