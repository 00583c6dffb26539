package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bench.Amount;
import dev.steerc.runtime.bench.Machine;
import dev.steerc.runtime.bench.Speed;
import dev.steerc.runtime.bench.SpeedBench;
import dev.steerc.runtime.bench.Workplace;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc bench}: what steerc costs on this machine. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    customSynopsis = {"", "Usage: steerc bench [OPTIONS] [MODEL]", "       steerc bench COMMAND"},
    synopsisHeading = "",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Measure how fast a model is on this machine, plain and steered.",
      "",
      "  steerc bench",
      "  steerc bench gpt2.onnx --quick",
      "  steerc bench --random gpt2-int8 --json > bench.json",
      "  steerc bench patch",
      "  steerc bench serve"
    },
    description = {
      "Patches and prepares the model in a temporary folder, which takes twice its size of the disk, and",
      "measures tokens per second, the time to the first token, batches of several steerings, the time",
      "in inserted nodes, opening, swaps and memory. What is compared runs in processes of its own, in",
      "turns; ratios stand beside their noise. A model of 500 MB takes some 6 minutes on two cores,",
      "which should have nothing else to do."
    },
    subcommands = {BenchPatchCommand.class, BenchLearnCommand.class, BenchServeCommand.class})
final class BenchCommand implements Runnable {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MODEL",
      description = "A decoder, patched or not; one called like a command is given as ./serve.")
  private Path model;

  @Option(
      names = "--random",
      paramLabel = "NAME",
      description =
          "Without MODEL, what to make up: gpt2 (the default, 500 MB), gpt2-int8, its matrices in 8"
              + " bits, or tiny.")
  private String random;

  @Option(
      names = "--quick",
      description = "Measure little, in about a minute; ratios are rough then.")
  private boolean quick;

  @Option(
      names = "--processes",
      paramLabel = "N",
      description = "In how many processes to measure each way (default: 3; with --quick 1).")
  private Integer processes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of one operator; 0 for one for each core (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Mixin private Talk talk;

  @Override
  public void run() {
    SpeedBench bench = new SpeedBench(CommandText.words(), threads, amount());
    try (Workplace place = place()) {
      announce("measuring in " + place.original().getParent() + ", which goes away at the end");
      SpeedReport report =
          new SpeedReport(name(), bench, Machine.here(), measure(bench, place.original()));
      report.lines(Style.ofTerminal()).forEach(talk::say);
      if (talk.isJson()) {
        System.out.println(report.json());
      }
    }
  }

  private Speed measure(SpeedBench bench, Path original) {
    try (ProgressLine line = ProgressLine.on(!talk.isQuiet())) {
      return bench.run(original, (what, done, all) -> line.show("bench", what, done, all));
    }
  }

  private Amount amount() {
    Amount usual = quick ? Amount.QUICK : Amount.USUAL;
    if (processes != null && processes < 1 || threads < 0) {
      throw Problem.of(Code.USAGE, "nothing can be measured that way")
          .help("pass 1 or more --processes, and 0 or more --threads")
          .exception();
    }
    return processes == null ? usual : usual.processes(processes);
  }

  private Workplace place() {
    if (model != null && random != null) {
      throw Problem.of(Code.USAGE, "there are two models to measure")
          .help("pass MODEL or --random")
          .exception();
    }
    if (model != null) {
      return Workplace.of(model);
    }
    RandomModel made = RandomModel.of(random == null ? RandomModel.GPT2.label() : random);
    announce("making up a model with random weights: " + made.label());
    Workplace place = Workplace.empty();
    made.write(place.original());
    return place;
  }

  private String name() {
    String made = random == null ? RandomModel.GPT2.label() : random;
    return model == null ? made + " with random weights" : model.getFileName().toString();
  }

  private void announce(String what) {
    if (!talk.isQuiet()) {
      System.err.println(what + " ...");
    }
  }
}
