package dev.steerc.runtime.exchange;

import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Gguf;
import dev.steerc.runtime.format.Npy;
import dev.steerc.runtime.format.Safetensors;
import dev.steerc.runtime.format.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of any kind as the tensors and the metadata of a vector file.
 *
 * @param kind what the file is
 * @param tensors as steerc's own files have them
 * @param dialect whose numbering was assumed; empty for a file that is no GGUF
 * @param moves where each tensor went; empty when they are named by site already
 * @param reason why they went there; empty likewise
 */
public record Imported(
    TensorFile.Kind kind,
    Safetensors tensors,
    Optional<Dialect> dialect,
    List<Move> moves,
    String reason) {

  public Imported {
    moves = List.copyOf(moves);
  }

  /** Reads a file that says itself where its tensors belong, or nothing of it. */
  public static Imported of(Path path) {
    return of(path, Optional.empty());
  }

  private static Imported of(Path path, Optional<Dialect> dialect) {
    TensorFile file = TensorFile.open(path);
    String where = path.toString();
    return switch (file.kind()) {
      case GGUF -> ControlVector.read(Gguf.read(file.bytes(), where), dialect, where);
      case ADAPTER -> Parameters.read(Adapter.read(file.bytes(), where), where);
      case SAFETENSORS -> asItIs(file.kind(), Safetensors.read(file.bytes(), where));
      case NPY -> {
        Map<String, Floats> only = Map.of("", Npy.read(file.bytes(), where));
        yield asItIs(file.kind(), new Safetensors(Map.of(), only));
      }
    };
  }

  /**
   * Reads a file, and takes tensors for the outputs of blocks whose names or rows say no more than
   * a layer.
   *
   * @param dialect whose numbering a GGUF has; empty to see for itself
   */
  public static Imported guessed(Path path, Optional<Dialect> dialect) {
    Imported file = of(path, dialect);
    return file.moves.isEmpty()
        ? BareTensors.read(file.kind, file.tensors, path.toString()).orElse(file)
        : file;
  }

  private static Imported asItIs(TensorFile.Kind kind, Safetensors tensors) {
    return new Imported(kind, tensors, Optional.empty(), List.of(), "");
  }
}
