package dev.steerc.onnx;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An ONNX model in a file, read as spans: nothing of the weights is on the heap. */
public final class ModelFile {
  /** The newest versions that ONNX Runtime 1.29 loads. */
  private static final long MAX_IR_VERSION = 13;

  private static final long MAX_OPSET = 26;

  private final Path path;
  private final Path shown;
  private final ByteBuffer bytes;
  private final FileTime modified;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Long> opsets = new HashMap<>();
  private final List<Function> functions = new ArrayList<>();
  private final List<Frame> graphFrames = new ArrayList<>();
  private long irVersion;
  private Span irVersionField;
  private Graph written;
  private Graph graph;

  private ModelFile(Path path, Path shown, ByteBuffer bytes, FileTime modified) {
    this.path = path;
    this.shown = shown;
    this.bytes = bytes;
    this.modified = modified;
  }

  /**
   * Opens a model.
   *
   * @throws dev.steerc.problem.SteercException when the file is absent, no ONNX model, cut off,
   *     contradictory, or newer than ONNX Runtime loads
   */
  public static ModelFile open(Path path) {
    return open(path, path);
  }

  /** Opens a model that messages call by another name: what it was restored from. */
  public static ModelFile open(Path path, Path shown) {
    if (Files.isDirectory(path)) {
      throw Problem.of(Code.FILE_UNREADABLE, "`" + path + "` is a folder").at(path).exception();
    }
    ModelFile file;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw tooLarge(path, channel.size());
      }
      FileTime modified = Files.getLastModifiedTime(path);
      file =
          new ModelFile(path, shown, channel.map(MapMode.READ_ONLY, 0, channel.size()), modified);
    } catch (NoSuchFileException e) {
      throw Problem.of(Code.FILE_NOT_FOUND, "no file `" + path + "`")
          .help("check the path, taken from the folder you are in")
          .exception();
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "cannot read `" + path + "`")
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
    file.read();
    return file;
  }

  public Path path() {
    return path;
  }

  public int size() {
    return bytes.limit();
  }

  public long irVersion() {
    return irVersion;
  }

  /** The imported operator sets: version by domain, ONNX's own domain being empty. */
  public Map<String, Long> opsets() {
    return opsets;
  }

  /** The model's metadata, in file order. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The model's local functions, in file order. */
  public List<Function> functions() {
    return functions;
  }

  /**
   * The model's graph, in which the nodes of its body stand for each call of a local function.
   *
   * @throws dev.steerc.problem.SteercException when a function calls itself, contradicts itself, or
   *     unfolds to more than can be looked at
   */
  public synchronized Graph graph() {
    if (graph == null) {
      graph = functions.isEmpty() ? written : Inlining.of(this);
    }
    return graph;
  }

  /** The graph as it stands in the file: calls are nodes like others. */
  public Graph written() {
    return written;
  }

  List<Frame> graphFrames() {
    return graphFrames;
  }

  /** Where a message about this file points: its name. */
  public String where() {
    return shown.toString();
  }

  /**
   * The folder that external data is relative to; of a restored original that of its patched form.
   */
  Path home() {
    return shown.toAbsolutePath().getParent();
  }

  ByteBuffer bytes() {
    return bytes.duplicate();
  }

  Optional<Span> irVersionField() {
    return Optional.ofNullable(irVersionField);
  }

  /** Whether the file on disk is still the one that was opened. */
  boolean isUnchanged() {
    try {
      return Files.size(path) == size() && Files.getLastModifiedTime(path).equals(modified);
    } catch (IOException e) {
      return false;
    }
  }

  private void read() {
    ModelReader reader = new ModelReader(bytes);
    try {
      reader.scan();
    } catch (WireException e) {
      throw unreadable(reader, e);
    }
    if (!reader.recognised()) {
      throw notOnnx(bytes.limit() == 0 ? "the file is empty" : "no field of an ONNX model found");
    }
    adopt(reader);
    if (graphFrames.isEmpty()) {
      throw Problem.of(Code.NO_GRAPH, "the model has no graph")
          .at(shown)
          .note("the file has " + bytes.limit() + " bytes and may be cut off")
          .exception();
    }
    try {
      written = GraphReader.read(bytes, graphFrames);
    } catch (WireException e) {
      throw malformed(e);
    }
    checkVersions();
    checkImports();
  }

  private void adopt(ModelReader reader) {
    irVersion = reader.irVersion;
    irVersionField = reader.irVersionField;
    opsets.putAll(reader.opsets);
    metadata.putAll(reader.metadata);
    functions.addAll(reader.functions);
    graphFrames.addAll(reader.graphFrames);
  }

  private RuntimeException unreadable(ModelReader reader, WireException e) {
    if (!reader.recognised()) {
      return notOnnx("byte " + e.at() + ": " + e.getMessage());
    }
    if (!e.endsEarly()) {
      return malformed(e);
    }
    return Problem.of(Code.TRUNCATED, "the file ends in the middle of a field")
        .at(shown + ", byte " + e.at())
        .note(e.getMessage() + ", of " + bytes.limit() + " bytes in all")
        .help("fetch or copy the file again and compare its size with the source")
        .exception();
  }

  private RuntimeException notOnnx(String note) {
    return Problem.of(Code.NOT_ONNX, "`" + shown.getFileName() + "` is not an ONNX model")
        .at(shown)
        .note(note)
        .help("pass a .onnx file")
        .exception();
  }

  private RuntimeException malformed(WireException e) {
    return Problem.of(Code.MALFORMED, "the file contradicts itself")
        .at(shown + ", byte " + e.at())
        .note(e.getMessage())
        .help("export the model again")
        .exception();
  }

  private static RuntimeException tooLarge(Path path, long size) {
    return Problem.of(Code.FILE_TOO_LARGE, "the file is larger than 2 GiB")
        .at(path)
        .note(size + " bytes; a protobuf message cannot exceed " + Integer.MAX_VALUE)
        .help("export with external data: the graph in the .onnx file, the weights beside it")
        .exception();
  }

  private void checkVersions() {
    if (irVersion > MAX_IR_VERSION) {
      throw Problem.of(Code.IR_TOO_NEW, "the model has IR version " + irVersion)
          .at(shown)
          .note("ONNX Runtime 1.29 loads IR versions up to " + MAX_IR_VERSION)
          .help("export with an older IR version")
          .exception();
    }
    long opset = opsets.getOrDefault("", 0L);
    if (opset > MAX_OPSET) {
      throw Problem.of(Code.OPSET_TOO_NEW, "the model has opset " + opset)
          .at(shown)
          .note("ONNX Runtime 1.29 loads ai.onnx opsets up to " + MAX_OPSET)
          .help("export with an older opset")
          .exception();
    }
  }

  /** Every exporter imports ONNX's own operators; ONNX Runtime supplies its own by itself. */
  private void checkImports() {
    if (!opsets.containsKey("")) {
      throw Problem.of(Code.OPSET_MISSING, "the operator set `ai.onnx` is not imported")
          .at(shown)
          .note("the file may be cut off at its end: it has " + bytes.limit() + " bytes")
          .help("export the model again, or fetch the whole file")
          .exception();
    }
  }
}
