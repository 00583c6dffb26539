package dev.steerc.runtime.steering;

import dev.steerc.onnx.Output;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.exchange.ControlVector;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.exchange.Move;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.FileBytes;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Npy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The kinds of files that a vector can be written as, by their endings. */
public enum VectorFormat {
  /** All of it. */
  SAFETENSORS {
    @Override
    byte[] bytes(VectorFile file, GgufOptions options, List<Move> moves) {
      return VectorTensors.of(file.vector(), file.about()).toBytes();
    }
  },

  /** One vector that is added, without a place. */
  NPY {
    @Override
    byte[] bytes(VectorFile file, GgufOptions options, List<Move> moves) {
      Map<Site, Edit> acting = file.vector().acting();
      if (acting.size() > 1) {
        throw inexpressible(file, "an .npy file holds one vector, and this has " + acting.size())
            .note("it acts at " + String.join(", ", VectorFile.texts(acting.keySet())))
            .help("choose one with `steerc vectors convert --site`, or write safetensors")
            .exception();
      }
      Edit edit = file.vector().placeless().orElseGet(() -> acting.values().iterator().next());
      return Npy.toBytes(added(file, edit, "an .npy file"));
    }
  },

  /** Vectors that are added at the outputs of blocks. */
  GGUF {
    @Override
    byte[] bytes(VectorFile file, GgufOptions options, List<Move> moves) {
      Map<Site, Floats> added = new LinkedHashMap<>();
      placed(file).forEach((site, edit) -> added.put(site, added(file, edit, "a GGUF")));
      return ControlVector.write(
              added,
              file.metadata(),
              options.dialect(),
              options.modelHint(),
              file.path().toString(),
              moves)
          .toBytes();
    }
  },

  /** The steering inputs' tensors at strength 1, for any host of ONNX Runtime. */
  ONNX_ADAPTER {
    @Override
    byte[] bytes(VectorFile file, GgufOptions options, List<Move> moves) {
      Map<String, Floats> parameters = new LinkedHashMap<>();
      placed(file)
          .forEach(
              (site, edit) ->
                  parameters(site, edit)
                      .forEach(
                          (name, tensor) -> {
                            moves.add(new Move(name, site));
                            parameters.put(name, tensor);
                          }));
      ByteBuffer buffer = Adapter.of(parameters);
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    }
  };

  /**
   * What a GGUF says besides.
   *
   * @param modelHint the model's name there; empty for what the vector file says
   */
  public record GgufOptions(Dialect dialect, Optional<String> modelHint) {
    /** Where llama.cpp adds it, for the model that the vector file names. */
    public static final GgufOptions DEFAULT = new GgufOptions(Dialect.LLAMA_CPP, Optional.empty());
  }

  abstract byte[] bytes(VectorFile file, GgufOptions options, List<Move> moves);

  /** The ending of such a file, with its point. */
  public String ending() {
    return "." + name().toLowerCase(Locale.ROOT);
  }

  /** The kind that a path's ending names. */
  public static VectorFormat of(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> name.endsWith(format.ending()))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.of(Code.UNSUPPORTED_FILE, "`" + path + "` does not say what to write")
                    .at(path)
                    .help("end it with .safetensors, .npy, .gguf or .onnx_adapter")
                    .exception());
  }

  /**
   * Writes a vector as this kind of file, whole or not at all.
   *
   * @param inputs files that must not be replaced
   * @return what went where; empty for a file that keeps the names of the sites
   * @throws SteercException when the kind of file cannot say what the vector does
   */
  public List<Move> write(VectorFile file, GgufOptions options, Path output, List<Path> inputs) {
    inputs.forEach(input -> Output.check(output, input));
    List<Move> moves = new ArrayList<>();
    byte[] bytes = bytes(file, options, moves);
    FileBytes.write(output, bytes);
    return moves;
  }

  /** The edits that act, all of which have a place. */
  private static Map<Site, Edit> placed(VectorFile file) {
    if (file.vector().placeless().isPresent()) {
      throw Problem.of(Code.SITE_NOT_NAMED, "`" + file.name() + "` does not say where it belongs")
          .at(file.path())
          .help("say where with --block N, or --site as in --site 6.resid_mid")
          .exception();
    }
    return file.vector().acting();
  }

  private static Floats added(VectorFile file, Edit edit, String kind) {
    if (!(edit instanceof Edit.Add add)) {
      throw inexpressible(file, kind + " cannot say `" + edit.op() + "`, only `add`")
          .help("write safetensors, or .onnx_adapter for a host of ONNX Runtime")
          .exception();
    }
    return add.vector();
  }

  private static Problem inexpressible(VectorFile file, String what) {
    return Problem.of(Code.NOT_EXPRESSIBLE, what).at(file.path());
  }

  /** The tensors of a site's inputs, for one row and all tokens; the gain is the strength, 1. */
  private static Map<String, Floats> parameters(Site site, Edit edit) {
    String prefix = "steer." + site.path() + ".";
    Map<String, Floats> all = new LinkedHashMap<>();
    if (edit instanceof Edit.Add add) {
      all.put(prefix + "add", new Floats(new long[] {1, 1, add.width()}, add.vector().values()));
      return all;
    }
    Projection projection = ((Edit.Projecting) edit).projection();
    int rank = projection.rank();
    int width = projection.width();
    all.put(prefix + "read", new Floats(new long[] {1, width, rank}, projection.read()));
    all.put(prefix + "bias", new Floats(new long[] {1, 1, rank}, projection.bias()));
    all.put(prefix + "gain", Floats.filled(1, 1, 1, rank));
    all.put(prefix + "write", new Floats(new long[] {1, rank, width}, projection.write()));
    return all;
  }
}
