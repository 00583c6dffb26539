package dev.steerc.runtime.ahead;

import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.OnnxRuntime;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.prepared.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A folder with what was prepared of models, one folder for each path of a model. */
public final class PreparedCache {
  private final Path folder;

  /** A cache in a folder, which is made when it is needed. */
  public PreparedCache(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens what was prepared of a model, and prepares it first where that is not there or does not
   * hold. What cannot be prepared is opened as it is.
   *
   * @param say is told what takes long, and what failed
   */
  public SteeredModel open(Path model, ModelOptions options, Consumer<String> say) {
    Optional<Path> entry = entry(model, say);
    if (entry.isEmpty()) {
      return SteeredModel.open(model, options);
    }
    String name = Prepared.read(entry.get()).orElseThrow().models().get(0).name();
    Path source = Files.isDirectory(model) ? model.resolve(name) : model;
    return SteeredModel.open(entry.get().resolve(name), options.standsFor(source));
  }

  /** The folder of what is prepared of a model; empty when it cannot be. */
  private Optional<Path> entry(Path model, Consumer<String> say) {
    try {
      Path entry = folder.resolve(Digest.sha256(model.toRealPath().toString()).substring(0, 16));
      if (!isCurrent(entry)) {
        say.accept("`" + model + "` is prepared for this machine, once");
        make(model, entry);
      }
      return Optional.of(entry);
    } catch (SteercException e) {
      say.accept("it cannot be prepared: " + e.problems().get(0).what());
    } catch (IOException e) {
      say.accept("it cannot be prepared: " + Output.failure(folder, e).problems().get(0).what());
    }
    return Optional.empty();
  }

  private static boolean isCurrent(Path entry) {
    return Prepared.read(entry).filter(p -> p.isCurrent(entry, OnnxRuntime.machine())).isPresent();
  }

  private void make(Path model, Path entry) throws IOException {
    Files.createDirectories(folder);
    for (Path other : entries()) {
      forget(other);
    }
    try {
      Preparation.write(model, entry, false);
    } catch (SteercException e) {
      // another process may have been faster
      if (!isCurrent(entry)) {
        throw e;
      }
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  /** Removes what was prepared of a model that is no longer there. */
  private static void forget(Path entry) {
    boolean gone =
        Prepared.read(entry).stream()
            .flatMap(prepared -> prepared.sources().stream())
            .anyMatch(source -> Files.notExists(Path.of(source.name())));
    if (gone) {
      Scratch.discard(entry);
    }
  }
}
