package dev.steerc;

import dev.steerc.manifest.Manifest.Thin;
import dev.steerc.onnx.Edit;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Sha256;
import dev.steerc.onnx.Span;
import dev.steerc.onnx.Tensor;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a patched model refers to its original instead of copying the weights.
 *
 * @param from the original
 * @param to where the output needs it: the same file, or a link to it in the output's folder
 */
record Thinning(ModelFile from, Path to) {

  /**
   * Smaller tensors are no saving, and shapes among them have to be in the file for ONNX Runtime to
   * infer others. It takes the same limit.
   */
  private static final int WORTH_IT = 1024;

  /** What makes an output thin; empty where the original has no weights in its own file. */
  static Optional<Thinning> of(ModelFile original, Path output) {
    return large(original).isEmpty()
        ? Optional.empty()
        : Optional.of(new Thinning(original, place(original.path(), output)));
  }

  private static Path place(Path original, Path output) {
    Path folder = output.toAbsolutePath().getParent();
    String name = original.getFileName().toString();
    boolean taken = name.equals(output.getFileName().toString());
    return folder.resolve(taken ? name + ".original" : name);
  }

  /**
   * What to refer to: initializers of the model's own graph. Inside the branches of an {@code If}
   * ONNX Runtime takes no data from a file that has a second name, and it may get one any time.
   */
  private static List<Tensor> large(ModelFile file) {
    return file.written().initializers().values().stream()
        .filter(tensor -> tensor.raw().filter(raw -> raw.length() >= WORTH_IT).isPresent())
        .toList();
  }

  private String location() {
    return to.getFileName().toString();
  }

  /** What makes tensors refer to the original. */
  List<Edit> edits() {
    return large(from).stream().map(this::edit).toList();
  }

  private Edit edit(Tensor tensor) {
    Span raw = tensor.raw().orElseThrow();
    return new Edit.ReferData(tensor, new Tensor.External(location(), raw.start(), raw.length()));
  }

  /** What the manifest says of the original, which is read for it. */
  Thin thin() {
    try {
      return new Thin(location(), from.size(), Sha256.of(from.path()));
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + from.path() + "`")
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
  }

  /**
   * Gives the original its name in the output's folder.
   *
   * @return what was made, for the caller to remove when it fails later
   */
  List<Path> bring() {
    try {
      if (Files.exists(to)) {
        ExternalData.refuseOther(from.path(), to);
        return List.of();
      }
      Sha256.link(from.path().toRealPath(), to);
      return List.of(to);
    } catch (IOException | UnsupportedOperationException e) {
      throw new SteercException(
          Problem.of(Code.EXTERNAL_DATA_NOT_LINKED, "the original cannot be linked to `" + to + "`")
              .at(to)
              .note("a thin model needs it in its own folder: " + e.getMessage())
              .help(
                  "write the output into the original's folder, copy the original there first,"
                      + " or leave --thin out"),
          e);
    }
  }
}
