package dev.steerc.cli;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options that say how much a command talks. */
public final class Talk {
  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing but problems.")
  private boolean quiet;

  @Option(names = "-v", arity = "0", description = "With -vv, a failure shows its stack trace.")
  private boolean[] verbose = {};

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  public boolean isQuiet() {
    return quiet;
  }

  public boolean isJson() {
    return json;
  }

  /** Prints a line of text, unless there is to be JSON or nothing. */
  public void say(String line) {
    if (!quiet && !json) {
      System.out.println(line);
    }
  }

  /** Prints what is doubtful where it does not mix with the result. */
  public void warn(List<String> doubts) {
    if (!quiet) {
      doubts.forEach(doubt -> System.err.println("warning: " + doubt));
    }
  }

  public static boolean isDebugging(ParseResult result) {
    ParseResult command = result;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    return command.hasMatchedOption("-v")
        && command.matchedOptionValue("-v", new boolean[0]).length > 1;
  }
}
