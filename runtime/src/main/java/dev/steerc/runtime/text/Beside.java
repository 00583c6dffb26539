package dev.steerc.runtime.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The folders in which a model's other files are: its own, and the one above `onnx/`. */
final class Beside {
  private final List<Path> folders;

  private Beside(List<Path> folders) {
    this.folders = folders;
  }

  /** The places to look in, for a model's file or folder. */
  static Beside of(Path model) {
    Path absolute = model.toAbsolutePath().normalize();
    Path own = Files.isDirectory(absolute) ? absolute : absolute.getParent();
    List<Path> folders = new ArrayList<>();
    if (own != null) {
      folders.add(own);
      // the layout of the hub: REPOSITORY/onnx/model.onnx, REPOSITORY/tokenizer.json
      boolean isHub = Objects.equals(own.getFileName(), Path.of("onnx"));
      if (isHub && own.getParent() != null) {
        folders.add(own.getParent());
      }
    }
    return new Beside(folders);
  }

  /** The nearest folder first. */
  List<Path> folders() {
    return folders;
  }

  /** The nearest file of that name. */
  Optional<Path> find(String name) {
    return folders.stream().map(folder -> folder.resolve(name)).filter(Files::exists).findFirst();
  }
}
