package dev.steerc.spark.ship;

import dev.steerc.ExternalData;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Sha256;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.ahead.Companions;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A model as the driver sees it: where its files lie, and what each of them is. An executor takes
 * them only when they are the same.
 *
 * @param files all that belongs to the model, the model's own file among them
 */
public record Shipment(Location location, List<Piece> files) implements Serializable {

  /**
   * One file.
   *
   * @param name relative to the model's folder
   */
  public record Piece(String name, long size, String sha256) implements Serializable {}

  public Shipment {
    files = List.copyOf(files);
  }

  /**
   * Looks at a model.
   *
   * @param scratch where files are put that have to be fetched
   * @throws dev.steerc.problem.SteercException when there is none, or it cannot be read
   */
  public static Shipment of(Location location, Path scratch) {
    try {
      Set<String> names = new LinkedHashSet<>(location.names());
      if (names.isEmpty()) {
        names.add(location.model());
        Path model = location.file(location.model(), scratch);
        if (!Files.isRegularFile(model)) {
          throw missing(location, location.model());
        }
        names.addAll(ExternalData.locationsInside(ModelFile.open(model)));
        names.addAll(Companions.NAMES);
      }
      return new Shipment(location, pieces(location, names, scratch));
    } catch (IOException e) {
      throw location.unreadable(e);
    }
  }

  private static List<Piece> pieces(Location location, Set<String> names, Path scratch)
      throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (String name : names) {
      Path file = location.file(name, scratch);
      if (Files.isRegularFile(file)) {
        pieces.add(new Piece(name, Files.size(file), Sha256.of(file)));
      }
    }
    return pieces;
  }

  /**
   * The model on this machine.
   *
   * @param scratch where files are put that have to be fetched
   * @return its file, or its folder
   * @throws dev.steerc.problem.SteercException when a file is missing here, or is another one
   */
  public Path arrive(Path scratch) {
    try {
      for (Piece piece : files) {
        check(piece, location.file(piece.name(), scratch));
      }
      Path some = location.file(files.get(0).name(), scratch);
      return location.model().isEmpty()
          ? some.getParent()
          : location.file(location.model(), scratch);
    } catch (IOException e) {
      throw location.unreadable(e);
    }
  }

  private void check(Piece piece, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw missing(location, piece.name());
    }
    if (Files.size(file) != piece.size() || !Sha256.of(file).equals(piece.sha256())) {
      throw Problem.of(Code.MODEL_DIFFERS, "`" + piece.name() + "` is another file here")
          .at(location)
          .note("the driver's has " + piece.size() + " bytes and SHA-256 " + piece.sha256())
          .help("copy the driver's files to all machines, or name the model by a URI")
          .exception();
    }
  }

  private static RuntimeException missing(Location location, String name) {
    return Problem.of(Code.MODEL_NOT_THERE, "there is no `" + name + "` here")
        .at(location)
        .help("put the model where all machines see it, or name it by a URI or by files:NAME")
        .exception();
  }
}
