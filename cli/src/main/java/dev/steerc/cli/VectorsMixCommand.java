package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.algebra.Mix;
import dev.steerc.runtime.algebra.Mixture;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorFormat;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc vectors mix}: a sum of vectors as one file. */
@Command(
    name = "mix",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Add vectors up and write the sum as one.",
      "",
      "  steerc vectors mix \"0.6*joy - 0.2*formal\" -o warm.safetensors",
      "  steerc vectors mix \"joy + 2*'my vectors/calm.npy'\" -o both.npy"
    },
    description = {
      "Steering by the sum at strength 1 is steering by the parts with these factors, to the last bit.",
      "A sign between two vectors has spaces around it, since a name may have one in it."
    })
final class VectorsMixCommand implements Runnable {
  @Parameters(
      paramLabel = "SUM",
      description = "Names or files with factors, such as \"0.6*joy - 0.2*formal\".")
  private String sum;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "Where to write it, as .safetensors, .npy, .gguf or .onnx_adapter.")
  private Path output;

  @Mixin private VectorFolder folder;

  @Mixin private Talk talk;

  @Override
  public void run() {
    Mix mix = Mix.parse(sum);
    VectorStore store = folder.store();
    VectorFile mixed = Mixture.of(mix, store::file, output);
    List<Path> inputs = mix.parts().stream().map(part -> store.file(part.source()).path()).toList();
    VectorFormat.of(output).write(mixed, GgufOptions.DEFAULT, output, inputs);
    List<String> sites = mixed.vector().acting().keySet().stream().map(Site::text).toList();
    talk.say(
        mix + " acts at " + (sites.isEmpty() ? "no place of its own" : String.join(", ", sites)));
    talk.say("wrote " + output);
    talk.say(
        "next: steerc run MODEL \"…\" --steer " + output + (sites.isEmpty() ? ":1@LAYER" : ":1"));
    if (talk.isJson()) {
      System.out.println(
          Json.write(Json.object("sum", mix.toString(), "output", output, "sites", sites)));
    }
  }
}
