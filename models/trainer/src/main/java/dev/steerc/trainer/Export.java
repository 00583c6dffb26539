package dev.steerc.trainer;

import dev.steerc.models.Dialect;
import dev.steerc.models.Gpt2;
import dev.steerc.models.Gpt2Graph;
import dev.steerc.models.Trait;
import dev.steerc.runtime.format.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/** The folder of an ONNX model, from trained weights and the files of the tokenizer. */
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

  /** Writes {@code model.onnx}, and beside it the tokenizer and the configuration. */
  static void write(Gpt2 model, Path tokenizer, Path folder) throws IOException {
    SortedMap<String, byte[]> files = Gpt2Graph.write(model, DIALECT, MODEL);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    if (!Files.isSameFile(tokenizer, folder)) {
      copyJson(tokenizer, folder);
    }
  }

  private static void copyJson(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).toList()) {
        Path copy = to.resolve(file.getFileName());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
