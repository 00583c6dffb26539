package dev.steerc.runtime.steering;

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
import java.util.Optional;

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
   * @param base the fingerprint of the model that the vector is for, when it is to be said anew
   */
  public record Wanted(Optional<Dialect> dialect, Optional<Site> site, Optional<String> base) {}

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
    file = wanted.base().map(file::basedOn).orElse(file);
    List<Move> moves = format.write(file, options, output, List.of(input));
    return new Conversion(read, file, output, moves);
  }
}
