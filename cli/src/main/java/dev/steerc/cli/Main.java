package dev.steerc.cli;

import dev.steerc.Steerc;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
    })
public final class Main implements Runnable {

  private static final Set<String> ABOUT_ALL = Set.of("help", "generate-completion");
  private static final Set<String> VERSION = Set.of("-V", "--version");

  /** In the order of the help. */
  private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("inspect", InspectCommand.class);
    COMMANDS.put("patch", PatchCommand.class);
    COMMANDS.put("unpatch", UnpatchCommand.class);
    COMMANDS.put("verify", VerifyCommand.class);
    COMMANDS.put("prepare", PrepareCommand.class);
    COMMANDS.put("run", RunCommand.class);
    COMMANDS.put("generate", GenerateCommand.class);
    COMMANDS.put("sweep", SweepCommand.class);
    COMMANDS.put("chat", ChatCommand.class);
    COMMANDS.put("serve", ServeCommand.class);
    COMMANDS.put("capture", CaptureCommand.class);
    COMMANDS.put("learn", LearnCommand.class);
    COMMANDS.put("spark", SparkCommand.class);
    COMMANDS.put("vectors", VectorsCommand.class);
    COMMANDS.put("export", ExportCommand.class);
    COMMANDS.put("pull", PullCommand.class);
    COMMANDS.put("demo", DemoCommand.class);
    COMMANDS.put("bench", BenchCommand.class);
    COMMANDS.put("explain", ExplainCommand.class);
    COMMANDS.put("generate-completion", GenerateCompletion.class);
    COMMANDS.put("help", CommandLine.HelpCommand.class);
  }

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
    System.exit(commandLine(args).execute(args));
  }

  /** The command line, ready to parse these arguments: it knows the commands that they need. */
  static CommandLine commandLine(String... args) {
    CommandLine line = new CommandLine(new Main());
    for (String name : needed(args.length == 0 ? "" : args[0])) {
      line.addSubcommand(name, COMMANDS.get(name));
    }
    line.setExecutionExceptionHandler(Failures::onException);
    line.setParameterExceptionHandler(Failures::onUsage);
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setUsageHelpWidth(100);
    adjust(line.getSubcommands());
    return line;
  }

  /** To look into all commands takes longer than most of them. */
  private static Set<String> needed(String first) {
    if (VERSION.contains(first)) {
      return Set.of();
    }
    boolean one = COMMANDS.containsKey(first) && !ABOUT_ALL.contains(first);
    return one ? Set.of(first) : COMMANDS.keySet();
  }

  private static void adjust(Map<String, CommandLine> commands) {
    if (commands.containsKey("vectors")) {
      // a sum may begin with a minus
      CommandLine mix = commands.get("vectors").getSubcommands().get("mix");
      mix.setUnmatchedOptionsArePositionalParams(true);
    }
    if (commands.containsKey("generate-completion")) {
      commands.get("generate-completion").getCommandSpec().usageMessage().hidden(true);
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
