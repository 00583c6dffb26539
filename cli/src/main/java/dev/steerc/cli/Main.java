package dev.steerc.cli;

import dev.steerc.Steerc;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The entry point of the command {@code steerc}. */
@Command(
    name = "steerc",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    header = "Compiles steering into ONNX language models.%n",
    customSynopsis = {
      "  steerc demo                           see it work on a model that comes with steerc",
      "  steerc inspect gpt2.onnx              what is in the model, and where it can be steered",
      "  steerc patch gpt2.onnx --layers 6     insert a steering input at the output of block 6",
      "  steerc verify gpt2.onnx gpt2.steered.onnx",
      "                                        prove that the patch does just that",
      "  steerc run gpt2.steered.onnx \"I feel\" --steer joy.npy:4 --compare",
      "                                        generate text, plain and steered",
      "",
      "A patched model runs in ONNX Runtime in any language. Fed no vector it is the original.",
    },
    synopsisHeading = "",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit codes: 0 done, 1 a problem with the work, 2 wrong usage.",
      "Completion: source <(steerc generate-completion)"
    },
    subcommands = {
      InspectCommand.class,
      PatchCommand.class,
      UnpatchCommand.class,
      VerifyCommand.class,
      PrepareCommand.class,
      RunCommand.class,
      SweepCommand.class,
      ChatCommand.class,
      ServeCommand.class,
      CaptureCommand.class,
      LearnCommand.class,
      VectorsCommand.class,
      ExportCommand.class,
      PullCommand.class,
      DemoCommand.class,
      BenchCommand.class,
      ExplainCommand.class,
      GenerateCompletion.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Prints the version as {@code steerc 0.1.0}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"steerc " + Steerc.VERSION};
    }
  }

  public static void main(String[] args) {
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    System.exit(commandLine().execute(args));
  }

  /** The command line, ready to parse. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(Failures::onException);
    line.setParameterExceptionHandler(Failures::onUsage);
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setUsageHelpWidth(100);
    // a sum may begin with a minus
    CommandLine vectors = line.getSubcommands().get("vectors");
    vectors.getSubcommands().get("mix").setUnmatchedOptionsArePositionalParams(true);
    line.getSubcommands().get("generate-completion").getCommandSpec().usageMessage().hidden(true);
    return line;
  }

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
