package dev.steerc.cli;

import dev.steerc.ModelFolder;
import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc unpatch}: gives the original back. */
@Command(
    name = "unpatch",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Give the original of a patched model back, byte for byte.",
      "",
      "  steerc unpatch gpt2.steered.onnx -o gpt2.onnx"
    })
final class UnpatchCommand implements Runnable {
  @Parameters(paramLabel = "PATCHED", description = "A patched .onnx file, or a folder of them.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description = "Where to write the original.")
  private Path output;

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (Files.isDirectory(model)) {
      ModelFolder.open(model).unpatch(output);
    } else {
      Steerc.unpatch(model, output);
    }
    talk.say("wrote " + output + ": the original, byte for byte");
    if (talk.isJson()) {
      System.out.println(Json.write(Json.object("model", model, "output", output)));
    }
  }
}
