package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into text and an exit code. */
public final class Failures {
  private static final int PROBLEM = 1;
  private static final int USAGE = 2;

  /** What the command line alone shows to be wrong, whatever the model. */
  private static final Set<Code> USAGE_CODES =
      Set.of(
          Code.USAGE,
          Code.BAD_LAYERS,
          Code.BAD_AT,
          Code.UNKNOWN_SITE,
          Code.UNKNOWN_OP,
          Code.NOTHING_TO_DO,
          Code.BAD_STEER,
          Code.BAD_MIX,
          Code.BAD_STRENGTH,
          Code.BAD_GENERATION,
          Code.UNKNOWN_CODE);

  private Failures() {}

  public static int onException(Exception e, CommandLine line, ParseResult result) {
    List<Problem> problems =
        e instanceof SteercException known ? known.problems() : List.of(unexpected(e));
    problems.forEach(problem -> print(problem));
    if (Talk.isDebugging(result)) {
      e.printStackTrace();
    }
    boolean usage = problems.stream().allMatch(problem -> USAGE_CODES.contains(problem.code()));
    return usage ? USAGE : PROBLEM;
  }

  public static int onUsage(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String message = e.getMessage().strip();
    Problem problem =
        Problem.of(Code.USAGE, Character.toLowerCase(message.charAt(0)) + message.substring(1));
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> close = unmatched.getSuggestions();
      if (!close.isEmpty()) {
        problem = problem.note("did you mean " + String.join(" or ", close) + "?");
      }
    }
    print(problem.help("see `" + line.getCommandSpec().qualifiedName() + " --help`"));
    return USAGE;
  }

  private static Problem unexpected(Exception e) {
    return Problem.of(Code.INTERNAL, "steerc itself failed: " + e)
        .help("run again with -vv and report what it prints");
  }

  private static void print(Problem problem) {
    System.err.println(Style.ofTerminal().problem(problem.toString()));
  }
}
