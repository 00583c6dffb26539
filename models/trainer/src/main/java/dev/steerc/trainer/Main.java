package dev.steerc.trainer;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The entry point of {@code models/recipe}, which makes all that is in {@code models/demo}. */
@Command(
    name = "models/recipe",
    header = "Makes the demo model: the folder models/demo with all that is in it.%n",
    customSynopsis = {
      "  models/recipe train       the model, its tokenizer and training.json",
      "  models/recipe vectors     the vectors and measured.json",
      "  models/recipe card        README.md and its plots, from what the others measured",
    },
    synopsisHeading = "",
    commandListHeading = "%nCommands, in the order in which they are run:%n",
    optionListHeading = "%nOptions:%n",
    footer = {"", "Exit codes: 0 done, 1 a problem with the work, 2 wrong usage."},
    subcommands = {TrainCommand.class, VectorsCommand.class, CardCommand.class})
public final class Main implements Runnable {
  private static final int PROBLEM = 1;
  private static final int USAGE = 2;
  private static final int WIDTH = 100;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "show this help")
  private boolean help;

  public static void main(String... args) {
    System.setProperty("java.awt.headless", "true");
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    System.exit(commandLine().execute(args));
  }

  /** The command line, ready to parse. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(Main::onException);
    line.setUsageHelpWidth(WIDTH);
    return line;
  }

  private static int onException(Exception e, CommandLine line, ParseResult result)
      throws Exception {
    if (e instanceof SteercException known) {
      known.problems().forEach(System.err::println);
      boolean usage = known.problems().stream().allMatch(p -> p.code() == Code.USAGE);
      return usage ? USAGE : PROBLEM;
    }
    throw e;
  }

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
