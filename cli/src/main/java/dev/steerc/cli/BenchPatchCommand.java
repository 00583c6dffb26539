package dev.steerc.cli;

import dev.steerc.models.Gpt2;
import dev.steerc.models.RandomGpt2;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.onnx.Scratch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.bench.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc bench patch}: what patching costs beside a copy of the file. */
@Command(
    name = "patch",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Measure how long a patch takes, beside a copy of the file.",
      "",
      "  steerc bench patch",
      "  steerc bench patch model.onnx --rounds 20"
    },
    description = {
      "Runs cp, steerc and, where it is installed, Python's onnx in turns, each as a process of its own,",
      "and prints the medians. Without a model it makes a GPT-2 of random weights, which takes 1.2 GB",
      "of the disk for temporary files."
    })
final class BenchPatchCommand implements Runnable {
  private static final long TEN_GIGABYTES = 10_000_000_000L;
  private static final int POSITIONS = 64;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "A model that is not patched (default: a GPT-2 of random weights).")
  private Path model;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "How often each is run (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--blocks",
      paramLabel = "N",
      defaultValue = "12",
      description = "The blocks of the GPT-2 that it makes (default: ${DEFAULT-VALUE}).")
  private int blocks;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "768",
      description = "Its width, a multiple of 64 (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Mixin private Talk talk;

  @Override
  public void run() {
    check();
    Path scratch = null;
    try {
      scratch = Scratch.folder("steerc-bench");
      measure(scratch);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (scratch != null) {
        Scratch.discard(scratch);
      }
    }
  }

  private void measure(Path scratch) throws IOException, InterruptedException {
    Path original = model == null ? random(scratch.resolve("gpt2.onnx")) : model;
    Path external = scratch.resolve("external.onnx");
    RandomGpt2.write(external, new Gpt2.Config(12, 64, 1, 256, POSITIONS), 1, true);
    PatchBench.stretch(scratch.resolve("external.onnx_data"), TEN_GIGABYTES);
    Path small = DemoModel.unpack(scratch.resolve("demo")).model();
    PatchBench bench = PatchBench.of(original, small, external, scratch, rounds);
    PatchBenchReport report =
        new PatchBenchReport(
            original, Files.size(original), Machine.here(), bench.run(this::announce));
    report.lines(Style.ofTerminal()).forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(report.json());
    }
  }

  private Path random(Path path) throws IOException {
    announce("making a GPT-2 of random weights ...");
    Gpt2.Config small = RandomGpt2.SMALL;
    RandomGpt2.write(
        path,
        new Gpt2.Config(blocks, hidden, hidden / 64, small.vocab(), small.positions()),
        1,
        false);
    return path;
  }

  private void check() {
    if (rounds < 1 || blocks < 1 || hidden < 64 || hidden % 64 != 0) {
      throw Problem.of(Code.USAGE, "there is nothing to measure")
          .note("--rounds and --blocks are 1 or more, --hidden a multiple of 64")
          .help("see `steerc bench patch --help`")
          .exception();
    }
  }

  private void announce(String what) {
    if (!talk.isQuiet()) {
      System.err.println(what);
    }
  }
}
