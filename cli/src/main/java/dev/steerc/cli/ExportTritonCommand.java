package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Signature;
import dev.steerc.runtime.triton.TritonModel;
import java.nio.file.Path;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code steerc export triton}: a model repository for Triton. */
@Command(
    name = "triton",
    mixinStandardHelpOptions = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    header = {
      "Write a patched model into a model repository of Triton.",
      "",
      "  steerc patch gpt2.onnx --layers 6 --inputs required",
      "  steerc export triton gpt2.steered.onnx -o repository"
    },
    description = {
      "A model with required inputs (patch --inputs required) is batched: Triton joins requests. One",
      "with optional inputs is not, and requests may leave its steering inputs out."
    })
final class ExportTritonCommand implements Runnable {
  @Parameters(paramLabel = "MODEL", description = "A patched .onnx file.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "REPOSITORY",
      description = "The folder with a folder for each model; made when it is not there.")
  private Path repository;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What Triton calls the model (default: the file's name).")
  private String name;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      description =
          "The most rows that Triton joins; 0 joins none (default: 16 with required inputs, else 0).")
  private Integer maxBatch;

  @Mixin private Talk talk;

  @Override
  public void run() {
    if (maxBatch != null && maxBatch < 0) {
      throw Problem.of(Code.USAGE, "--max-batch " + maxBatch + " is no batch size")
          .help("pass 0 or more")
          .exception();
    }
    OptionalInt batch = maxBatch == null ? OptionalInt.empty() : OptionalInt.of(maxBatch);
    report(TritonModel.export(model, repository, name(), batch));
  }

  private String name() {
    return name != null
        ? name
        : model.getFileName().toString().replaceFirst("(\\.steered)?\\.onnx$", "");
  }

  private void report(TritonModel written) {
    Signature signature = written.signature();
    long steering = signature.inputs().stream().filter(Signature.Slot::isSteering).count();
    talk.say(
        String.format(
            "wrote %s: max_batch_size %d, %d inputs, %d of them for steering, %d outputs",
            written.folder().resolve("config.pbtxt"),
            written.maxBatch(),
            signature.inputs().size(),
            steering,
            signature.outputs().size()));
    talk.say("wrote " + written.folder().resolve("1").resolve("model.onnx"));
    Path example = written.folder().resolve("example.json");
    talk.say("wrote " + example + ": a request to try it with");
    talk.say("next: tritonserver --model-repository=" + repository);
    talk.say("      curl localhost:8000/v2/models/" + name() + "/infer -d @" + example);
    if (talk.isJson()) {
      System.out.println(
          Json.write(
              Json.object(
                  "model",
                  model,
                  "folder",
                  written.folder(),
                  "max_batch_size",
                  written.maxBatch())));
    }
  }
}
