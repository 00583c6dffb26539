package dev.steerc.runtime.triton;

import dev.steerc.Steerc;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.plan.InputMode;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.Signature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A model as Triton serves it.
 *
 * @param folder its folder in the repository
 * @param maxBatch the most rows that Triton joins; 0 when it joins none
 * @param signature what it takes and gives
 */
public record TritonModel(Path folder, int maxBatch, Signature signature) {
  /** What Triton joins unless somebody says otherwise. */
  private static final int USUAL_BATCH = 16;

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  /**
   * Writes a patched model into a repository: whole, or not at all. What has required inputs can be
   * batched; what has optional ones cannot.
   *
   * @param repository the folder with a folder for each model; made when it is not there
   * @param name what Triton is to call the model
   * @param maxBatch the most rows that Triton may join; by default what the model can do
   * @throws dev.steerc.problem.SteercException when Triton could not serve it so
   */
  public static TritonModel export(Path model, Path repository, String name, OptionalInt maxBatch) {
    if (!name.matches(NAME)) {
      throw Problem.of(Code.USAGE, "`" + name + "` is no name for a model")
          .help("choose one of letters, digits, dots, dashes and underscores with --name")
          .exception();
    }
    ModelFile file = ModelFile.open(model);
    Manifest manifest = manifest(file);
    Signature signature = Signature.of(file);
    checkTypes(file, signature);
    boolean isRequired = manifest.mode() == InputMode.REQUIRED;
    int batch = maxBatch.orElse(isRequired ? USUAL_BATCH : 0);
    if (batch > 0) {
      new Batching(signature, manifest.model().ids(), file.where()).check();
    }
    Path folder = repository.resolve(name);
    TritonConfig config = new TritonConfig(name, batch, Batching.isSafe(file.graph()), signature);
    write(model, folder, config.text(), new Example(signature, manifest).json());
    return new TritonModel(folder, batch, signature);
  }

  private static Manifest manifest(ModelFile file) {
    Optional<Manifest> manifest = Manifest.of(file);
    return manifest.orElseThrow(
        () ->
            Problem.of(Code.NOT_PATCHED, "the model was not patched by steerc")
                .at(file.where())
                .help(
                    "patch it with `steerc patch "
                        + file.where()
                        + " --layers 0 --inputs required`")
                .exception());
  }

  private static void checkTypes(ModelFile file, Signature signature) {
    Stream.concat(signature.inputs().stream(), signature.outputs().stream())
        .filter(slot -> slot.type() == ElementType.BFLOAT16)
        .findFirst()
        .ifPresent(
            slot -> {
              throw Problem.of(Code.NOT_EXPORTABLE, "`" + slot.name() + "` is bfloat16")
                  .at(file.where())
                  .note("Triton's backend for ONNX Runtime has no such tensors")
                  .help("export the original as float16 or float32")
                  .exception();
            });
  }

  private static void write(Path model, Path folder, String config, String example) {
    if (Files.exists(folder)) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + folder + "` exists already")
          .at(folder)
          .note("a model is written as a whole, and never over another")
          .help("remove it first, or choose another name with --name")
          .exception();
    }
    Path temporary = Scratch.beside(folder.toAbsolutePath());
    try {
      Files.createDirectories(temporary.resolve("1"));
      Steerc.copy(model, temporary.resolve("1").resolve("model.onnx"));
      Files.writeString(temporary.resolve("config.pbtxt"), config);
      Files.writeString(temporary.resolve("example.json"), example);
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Output.failure(folder, e);
    } finally {
      Scratch.discard(temporary);
    }
  }
}
