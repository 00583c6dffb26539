package dev.steerc.cli;

import dev.steerc.cli.demo.Stage;
import dev.steerc.cli.serve.ServeOptions;
import dev.steerc.cli.serve.bench.ServeBench;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.models.demo.DemoModel;
import dev.steerc.onnx.Scratch;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.bench.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc bench serve}: what serving costs, and whether every text is the right one. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Measure how fast a server answers many clients, and compare each text.",
      "",
      "  steerc bench serve",
      "  steerc bench serve gpt2.steered.onnx --clients 8 --seconds 300"
    },
    description = {
      "Starts a server in this process, and clients that ask it over HTTP, each request with one of many",
      "steerings. Every text has to be the one that the model generates alone. Exits with 1 when one is not."
    })
final class BenchServeCommand implements Runnable {
  private static final List<String> PROMPTS =
      List.of(
          "Tom opened the window and",
          "Anna came home and",
          "In the morning",
          "The old man looked at the sea, because");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MODEL",
      description = "A patched model with a tokenizer beside it (default: the demo's).")
  private Path model;

  @Option(
      names = "--vectors",
      paramLabel = "FOLDER",
      description = "The vector folder (default: vectors beside the model).")
  private Path vectors;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of one operator; 0 for one for each core (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many ask at once (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--steerings",
      paramLabel = "N",
      defaultValue = "32",
      description = "How many different steerings they ask for (default: ${DEFAULT-VALUE}).")
  private int steerings;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "60",
      description = "The most tokens of a text (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "The most texts that the server runs at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "60",
      description = "How long the clients ask (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "7",
      description = "What the texts begin from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private Talk talk;

  @Override
  public void run() {
    ServeBench bench =
        new ServeBench(clients, steerings, PROMPTS, tokens, Duration.ofSeconds(seconds), seed);
    Path scratch = null;
    try {
      if (model == null) {
        scratch = Scratch.folder("steerc-bench");
        DemoModel demo = DemoModel.unpack(scratch.resolve("demo"));
        Stage.patch(demo);
        model = demo.steered();
      }
      measure(bench);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (scratch != null) {
        Scratch.discard(scratch);
      }
    }
  }

  private void measure(ServeBench bench) {
    try (SteeredModel opened = SteeredModel.open(model, ModelOptions.DEFAULT.threads(threads))) {
      ServeBench.Result result = bench.run(opened, options(), this::announce);
      ServeBenchReport report = new ServeBenchReport(bench, Machine.here(), model, result);
      report.lines(Style.ofTerminal()).forEach(talk::say);
      if (talk.isJson()) {
        System.out.println(report.json());
      }
      report
          .problem()
          .ifPresent(
              problem -> {
                throw problem.exception();
              });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ServeOptions options() {
    Path folder = vectors != null ? vectors : model.resolveSibling("vectors");
    Limits usual = Limits.DEFAULT;
    return new ServeOptions(
        "127.0.0.1",
        0,
        "bench",
        folder,
        Optional.empty(),
        usual.with(batch, Math.max(usual.queue(), clients)),
        false,
        false,
        false,
        List.of());
  }

  private void announce(String what) {
    if (!talk.isQuiet()) {
      System.err.println(what);
    }
  }
}
