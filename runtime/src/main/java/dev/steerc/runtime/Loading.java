package dev.steerc.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.steerc.ExternalData;
import dev.steerc.Original;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ModelFile;
import java.nio.file.Path;
import java.util.Optional;

/** Hands a model to ONNX Runtime, with the files of its weights found and checked. */
final class Loading {
  private static final String FOLDER = "session.model_external_initializers_file_folder_path";

  private Loading() {}

  /**
   * Opens a model. Weights behind links that leave the model's folder, as in Hugging Face's cache,
   * ONNX Runtime refuses: it then gets the model from memory, with the names of the files that the
   * links lead to.
   *
   * @throws dev.steerc.problem.SteercException when the original of a thin model is missing or has
   *     changed
   */
  static OrtSession open(Path model, OrtEnvironment environment, SessionOptions options)
      throws OrtException {
    ModelFile file = ModelFile.open(model);
    Manifest.of(file).flatMap(Manifest::thin).ifPresent(thin -> Original.of(file, thin));
    Optional<ExternalData.Resolved> resolved = ExternalData.resolved(file);
    if (resolved.isEmpty()) {
      return environment.createSession(model.toString(), options);
    }
    options.addConfigEntry(FOLDER, resolved.get().folder().toString());
    return environment.createSession(resolved.get().model(), options);
  }
}
