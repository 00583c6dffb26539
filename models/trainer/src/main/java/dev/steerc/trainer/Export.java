package dev.steerc.trainer;

import dev.steerc.models.Dialect;
import dev.steerc.models.Gpt2;
import dev.steerc.models.Gpt2Graph;
import dev.steerc.models.Trait;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.format.Safetensors;
import java.nio.file.Path;

/** The ONNX model of trained weights. */
final class Export {
  static final String MODEL = "model.onnx";

  /** As optimum exports today, with half the bytes. */
  static final Dialect DIALECT =
      Dialect.of("steerc", 8, 17, Trait.PAST, Trait.NORM_OP, Trait.TIED_HEAD, Trait.HALF_STORED);

  private Export() {}

  /** The model that a training saved in its folder. */
  static Gpt2 weights(Path training) {
    Safetensors file = Safetensors.read(training.resolve(Trainer.WEIGHTS));
    int heads = Integer.parseInt(file.metadata().get(Names.HEADS));
    return Names.model(Names.config(file.tensors(), heads), file.tensors());
  }

  /** Writes {@code model.onnx} into a folder. */
  static Path write(Gpt2 model, Path folder) {
    Path file = folder.resolve(MODEL);
    FileBytes.write(file, Gpt2Graph.write(model, DIALECT, MODEL).get(MODEL));
    return file;
  }
}
