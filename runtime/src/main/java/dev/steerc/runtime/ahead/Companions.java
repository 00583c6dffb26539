package dev.steerc.runtime.ahead;

import dev.steerc.runtime.steering.VectorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What lies beside a model and belongs to it: tokenizer, configuration, template, vectors. */
public final class Companions {
  /** By these names exporters and hosts know them; what else lies there is nobody's business. */
  public static final Set<String> NAMES =
      Set.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "tokenizer.model",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "config.json",
          "generation_config.json",
          "genai_config.json",
          "chat_template.jinja",
          "chat_template.json");

  private static final long MAX_FILE = 64 << 20;
  private static final String VECTORS = "vectors";

  private Companions() {}

  /** Copies them; a file that is there already stays. */
  static void copy(Path model, Path folder) throws IOException {
    Path own = model.toAbsolutePath().normalize().getParent();
    copyFiles(own, folder);
    // the layout of the hub: REPOSITORY/onnx/model.onnx, REPOSITORY/tokenizer.json
    if (own.endsWith("onnx") && own.getParent() != null) {
      copyFiles(own.getParent(), folder);
    }
    VectorStore vectors = VectorStore.open(own.resolve(VECTORS));
    if (!vectors.names().isEmpty()) {
      Files.createDirectory(folder.resolve(VECTORS));
      for (String name : vectors.names()) {
        for (Path file : vectors.files(name)) {
          Files.copy(file, folder.resolve(VECTORS).resolve(file.getFileName()));
        }
      }
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      Path copy = to.resolve(file.getFileName());
      if (!Files.exists(copy)) {
        Files.copy(file, copy);
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> NAMES.contains(file.getFileName().toString()))
          .filter(file -> Files.isRegularFile(file) && file.toFile().length() <= MAX_FILE)
          .toList();
    }
  }
}
