package dev.steerc.runtime.steering;

import dev.steerc.Inspection;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.exchange.Imported;
import dev.steerc.runtime.exchange.Move;
import dev.steerc.runtime.format.TensorFile;
import dev.steerc.runtime.steering.VectorFormat.GgufOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A vector's file as one of another kind.
 *
 * @param read what was in the file, and what had to be assumed of it
 * @param file the vector that was written
 * @param output where it was written
 * @param moves what went where in the output; empty when it keeps the names of the sites
 */
public record Conversion(Imported read, VectorFile file, Path output, List<Move> moves) {

  /**
   * What to take.
   *
   * @param dialect whose numbering a GGUF has; empty to see for itself
   * @param site the one site to keep, or the place of a vector without one; empty for all
   * @param base the model that the vector is for, when it is to be said anew
   */
  public record Wanted(Optional<Dialect> dialect, Optional<Site> site, Optional<Inspection> base) {}

  /**
   * Converts, whole or not at all; the kind of the output is told by its ending.
   *
   * @throws dev.steerc.problem.SteercException when the output cannot say what the input does
   */
  public static Conversion of(Path input, Path output, Wanted wanted, GgufOptions options) {
    VectorFormat format = VectorFormat.of(output);
    Imported read = Imported.guessed(input, wanted.dialect());
    if (wanted.dialect().isPresent() && read.kind() != TensorFile.Kind.GGUF) {
      throw Problem.of(Code.USAGE, "`" + input + "` is no GGUF, and so has no dialect")
          .at("--dialect")
          .help("leave --dialect out; --to-dialect is for what is written")
          .exception();
    }
    VectorFile file = VectorFile.of(input, read);
    file = wanted.site().map(file::at).orElse(file);
    if (wanted.base().isPresent()) {
      checkFits(file.vector(), wanted.base().get());
      file = file.basedOn(wanted.base().get().fingerprint());
    }
    List<Move> moves = format.write(file, options, output, List.of(input));
    return new Conversion(read, file, output, moves);
  }

  /** A fingerprint says that a vector fits, so one that cannot is refused. */
  private static void checkFits(Vector vector, Inspection base) {
    int hidden = base.model().hidden();
    int blocks = base.model().blocks();
    for (Map.Entry<Site, Edit> at : vector.edits().entrySet()) {
      if (at.getKey() instanceof Site.InBlock in && in.block() >= blocks) {
        throw Problem.of(Code.LAYER_OUT_OF_RANGE, "layer " + in.block() + " does not exist")
            .at(base.file().where())
            .note("it has " + blocks + " layers, 0.." + (blocks - 1))
            .help("pass the model that the vector is for, or leave --base out")
            .exception();
      }
    }
    Stream.concat(vector.edits().values().stream(), vector.placeless().stream())
        .filter(edit -> edit.width() != hidden)
        .findFirst()
        .ifPresent(
            edit -> {
              String widths = "width " + edit.width() + ", the stream " + hidden;
              throw Problem.of(Code.VECTOR_WIDTH, "`" + vector.name() + "` has " + widths)
                  .at(base.file().where())
                  .help("pass the model that the vector is for, or leave --base out")
                  .exception();
            });
  }
}
