package dev.steerc.trainer;

import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The way of finished files from one folder into another, where people use them. */
final class Delivery {
  private Delivery() {}

  /**
   * Replaces files by those of the same name: all are copied first, so that what can fail does so
   * before any is replaced.
   *
   * @param to is made if it is not there; what else is in it stays
   */
  static void copy(Path from, Path to) {
    Map<Path, Path> copies = new LinkedHashMap<>();
    try {
      Files.createDirectories(to);
      for (Path file : files(from)) {
        Path target = to.resolve(file.getFileName());
        Path copy = Scratch.beside(target);
        copies.put(copy, target);
        Files.copy(file, copy);
      }
      for (Map.Entry<Path, Path> copy : copies.entrySet()) {
        Files.move(
            copy.getKey(),
            copy.getValue(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw Output.failure(to, e);
    } finally {
      copies.keySet().forEach(Scratch::discard);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
