package dev.steerc.runtime.bench;

import dev.steerc.Steerc;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder for a model and all that is made of it; it goes away with this, or with the process.
 *
 * @param original where the model lies, or is to be written
 */
public record Workplace(Path original) implements AutoCloseable {

  /** An empty one in the system's place for temporary files. */
  public static Workplace empty() {
    try {
      return new Workplace(Scratch.folder("steerc-bench").resolve("original.onnx"));
    } catch (IOException e) {
      throw Output.failure(temporary(), e);
    }
  }

  /**
   * One that has a model in it, by a link where its disk allows, and as it was before any patch.
   * Nothing lies beside it, so that its variants are run alike.
   */
  public static Workplace of(Path model) {
    boolean isPatched = Steerc.inspect(model).manifest().isPresent();
    Workplace place = near(model);
    if (isPatched) {
      Steerc.unpatch(model, place.original);
    } else {
      Steerc.copy(model, place.original);
    }
    return place;
  }

  private static Workplace near(Path model) {
    Path home = model.toAbsolutePath().getParent();
    try {
      if (Files.getFileStore(model).equals(Files.getFileStore(temporary()))
          || !Files.isWritable(home)) {
        return empty();
      }
      Path folder = Files.createDirectory(Scratch.beside(home.resolve("steerc-bench")));
      return new Workplace(folder.resolve("original.onnx"));
    } catch (IOException e) {
      throw Output.failure(home, e);
    }
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  @Override
  public void close() {
    Scratch.discard(original.getParent());
  }
}
