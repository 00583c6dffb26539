package dev.steerc.runtime;

import dev.steerc.Steerc;
import dev.steerc.manifest.Description;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A model with the inputs and taps that some work needs. Where it lacks one, a copy of its original
 * with just these is patched into a temporary folder and stands for it until this is closed; the
 * model itself never changes.
 */
public final class Twin implements AutoCloseable {
  private final SteeredModel model;
  private final Optional<Path> folder;

  private Twin(SteeredModel model, Optional<Path> folder) {
    this.model = model;
    this.folder = folder;
  }

  /**
   * Opens a model, or its twin.
   *
   * @param path a file or folder, patched or not
   * @param needs what it has to have, once its blocks are known
   * @throws dev.steerc.problem.SteercException when a site does not exist, or the model cannot be
   *     patched or run
   */
  public static Twin open(
      Path path, Function<Description, List<Intervention>> needs, ModelOptions options) {
    ModelFiles files = ModelFiles.of(path);
    Path step = files.step().path();
    Description model = Steerc.inspect(step).model();
    List<Intervention> wanted = needs.apply(model);
    if (wanted.stream().allMatch(files.ports()::has)) {
      return new Twin(SteeredModel.open(path, options), Optional.empty());
    }
    Path folder = folder(path);
    try {
      Request request = Request.of(wanted, mode(files));
      for (Path file : new LinkedHashSet<>(List.of(step, files.prefill().path()))) {
        Steerc.patchOriginal(file, request, folder.resolve(file.getFileName()));
      }
      Path copy = folder.resolve(step.getFileName());
      return new Twin(SteeredModel.open(copy, options.standsFor(step)), Optional.of(folder));
    } catch (RuntimeException e) {
      Scratch.discard(folder);
      throw e;
    }
  }

  /** A patched model keeps its mode, and the runtime feeds either. */
  private static InputMode mode(ModelFiles files) {
    return files.ports().required() ? InputMode.REQUIRED : InputMode.OPTIONAL;
  }

  private static Path folder(Path model) {
    try {
      return Scratch.folder("steerc-twin");
    } catch (IOException e) {
      throw Output.failure(model, e);
    }
  }

  public SteeredModel model() {
    return model;
  }

  /** Whether it is a copy, because the model itself lacks something. */
  public boolean isCopy() {
    return folder.isPresent();
  }

  /** Closes the model, and removes the copy if there is one. */
  @Override
  public void close() {
    model.close();
    folder.ifPresent(Scratch::discard);
  }
}
