package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code steerc vectors show}: what is in a vector file, or in a folder of them. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Show what a vector file does and says, or all of a folder.",
      "",
      "  steerc vectors show joy.safetensors",
      "  steerc vectors show vectors --json"
    },
    description = {
      "The share is the vector's length at strength 1 beside the typical length of the activations at",
      "its site. A star marks the sites that act unless others are asked for."
    })
final class VectorsShowCommand implements Runnable {
  @Parameters(
      paramLabel = "FILE",
      description = "A .safetensors, .npy, .gguf or .onnx_adapter file, or a folder of them.")
  private Path path;

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (Files.isDirectory(path)) {
      VectorStore store = VectorStore.open(path);
      print(VectorReport.lines(store, Style.ofTerminal()), VectorReport.toMap(store));
    } else {
      VectorReport report = new VectorReport(VectorFile.open(path));
      print(report.lines(Style.ofTerminal()), report.toMap());
    }
  }

  private void print(List<String> lines, Map<String, Object> document) {
    lines.forEach(talk::say);
    if (talk.isJson()) {
      System.out.println(Json.write(document));
    }
  }
}
