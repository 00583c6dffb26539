package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.ahead.Preparation;
import dev.steerc.runtime.prepared.Identity;
import dev.steerc.runtime.prepared.Prepared;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc prepare}: does once what opening a model takes. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Do once what takes long when a model is opened.",
      "",
      "  steerc prepare gpt2.steered.onnx -o prepared",
      "  steerc run prepared \"I feel\" --steer joy:4"
    },
    description = {
      "The folder holds the model itself, what lies beside it, and the graph as ONNX Runtime has",
      "optimised it for this machine, whose weights processes share: some three times the model in",
      "all. Where that does not hold, on another processor or after a change, the model itself is",
      "opened, and a warning says so."
    })
final class PrepareCommand implements Runnable {
  @Parameters(
      paramLabel = "MODEL",
      description = "A .onnx file, patched or not, or a folder with one decoder.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write; one that was prepared earlier is replaced.")
  private Path output;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Prepared prepared = Preparation.write(model, output);
    List<String> graphs = prepared.models().stream().map(Prepared.Model::graph).toList();
    long bytes =
        prepared.files().stream()
            .filter(file -> graphs.stream().anyMatch(graph -> file.name().startsWith(graph)))
            .mapToLong(Identity::size)
            .sum();
    talk.say("wrote " + output + ": " + (bytes + 500_000) / 1_000_000 + " MB beside the model");
    talk.say("next: steerc run " + output + " \"I feel\"");
    if (talk.isJson()) {
      System.out.println(Json.write(Json.object("model", model, "output", output, "bytes", bytes)));
    }
  }
}
