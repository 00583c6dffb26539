package dev.steerc;

import dev.steerc.manifest.Manifest.Thin;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The file in which a thin model has its weights: the original of the patch. */
public final class Original {

  /** A tensor, and where its data is. */
  private record Reference(
      String name, Optional<?> type, List<Long> dims, Tensor.External external) {}

  private final ModelFile model;
  private final Thin thin;
  private final Path path;

  private Original(ModelFile model, Thin thin) {
    this.model = model;
    this.thin = thin;
    this.path = folder(model).resolve(thin.location());
  }

  private static Path folder(ModelFile model) {
    return model.path().toAbsolutePath().getParent();
  }

  /**
   * The original of a thin model, checked: it has the bytes that were patched, and all that the
   * model refers to is what stood there.
   *
   * @throws SteercException when it is missing or has changed, or the model has
   */
  public static ModelFile of(ModelFile model, Thin thin) {
    if (ExternalData.escapes(thin.location())) {
      throw Problem.of(
              Code.EXTERNAL_DATA_ESCAPES,
              "the original's location `" + thin.location() + "` leaves the model's folder")
          .at(model.where())
          .help("patch the original again with --thin")
          .exception();
    }
    Original original = new Original(model, thin);
    original.checkBytes();
    ModelFile file = ModelFile.open(original.path);
    original.checkReferences(file);
    return file;
  }

  private void checkBytes() {
    if (!Files.isRegularFile(path)) {
      throw Problem.of(Code.ORIGINAL_MISSING, "the original `" + thin.location() + "` is missing")
          .at(model.where())
          .note("the model is thin: its weights are in that file, expected at `" + path + "`")
          .help("put the original there, or patch it again where it is now")
          .exception();
    }
    try {
      long size = Files.size(path);
      if (size != thin.size()) {
        throw changed(size + " bytes, and " + thin.size() + " when it was patched");
      }
      if (!Sha256.of(path).equals(thin.sha256())) {
        throw changed("its SHA-256 is not " + thin.sha256());
      }
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + path + "`")
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
  }

  private SteercException changed(String how) {
    return Problem.of(Code.ORIGINAL_CHANGED, "the original `" + thin.location() + "` has changed")
        .at(model.where())
        .note("the model is thin: its weights are in that file")
        .note(how)
        .help("put the file that was patched back, or patch this one again")
        .exception();
  }

  /** A reference to other bytes of the same file would be a wrong answer that nobody notices. */
  private void checkReferences(ModelFile original) {
    Set<Reference> known = new HashSet<>();
    for (Tensor tensor : original.written().constants()) {
      tensor.raw().ifPresent(raw -> known.add(reference(tensor, thin.location(), raw)));
      tensor.external().ifPresent(external -> known.add(reference(tensor, external)));
    }
    for (Tensor tensor : model.written().constants()) {
      if (tensor.external().filter(e -> !known.contains(reference(tensor, e))).isPresent()) {
        throw Problem.of(Code.CHANGED_AFTER_PATCH, "the file was changed after it was patched")
            .at(model.where())
            .note("`" + tensor.name() + "` is not where the original has it")
            .help("patch the original again with --thin")
            .exception();
      }
    }
  }

  private static Reference reference(Tensor tensor, String location, Span raw) {
    return reference(tensor, new Tensor.External(location, raw.start(), raw.length()));
  }

  private static Reference reference(Tensor tensor, Tensor.External external) {
    return new Reference(tensor.name(), tensor.type(), tensor.dims(), external);
  }
}
