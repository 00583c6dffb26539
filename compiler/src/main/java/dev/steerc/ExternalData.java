package dev.steerc;

import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Output;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.Splice;
import dev.steerc.onnx.Tensor;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The data files beside a model.
 *
 * @param folder the folder that locations are relative to
 * @param files the files that the model names, relative to the folder, with the bytes each must
 *     have
 */
public record ExternalData(Path folder, Map<String, Long> files) {

  /** The data files of a model that lies, or will lie, in a folder; checked that they are there. */
  static ExternalData of(ModelFile file, Path folder) {
    Map<String, Long> files = new TreeMap<>();
    collect(file.written(), files);
    ExternalData data = new ExternalData(folder, files);
    List<Problem> problems = new ArrayList<>();
    files.forEach((location, length) -> data.check(file, location, length, problems));
    if (!problems.isEmpty()) {
      throw new SteercException(problems);
    }
    return data;
  }

  /** The files that a model keeps weights in, relative to its folder, as it names them. */
  public static Set<String> locations(ModelFile file) {
    Map<String, Long> files = new TreeMap<>();
    collect(file.written(), files);
    return files.keySet();
  }

  /**
   * The same for who is to fetch them.
   *
   * @throws SteercException when one would not be in the model's folder
   */
  public static Set<String> locationsInside(ModelFile file) {
    Set<String> all = locations(file);
    List<Problem> outside =
        all.stream().filter(ExternalData::escapes).map(one -> escape(file, one)).toList();
    if (!outside.isEmpty()) {
      throw new SteercException(outside);
    }
    return all;
  }

  /**
   * A model in memory that names its data files as they are called where they really are.
   *
   * @param folder the folder that these files are in
   */
  public record Resolved(byte[] model, Path folder) {}

  /**
   * The model with the links to its data files followed; empty where none leads out of the model's
   * folder.
   *
   * @throws SteercException when they lead to several folders
   */
  public static Optional<Resolved> resolved(ModelFile file) {
    Map<String, Path> real = new TreeMap<>();
    try {
      Path folder = file.path().toAbsolutePath().getParent().toRealPath();
      for (String location : locations(file)) {
        if (!escapes(location) && Files.exists(folder.resolve(location))) {
          real.put(location, folder.resolve(location).toRealPath());
        }
      }
      Path own = file.path().toRealPath().getParent();
      if (real.values().stream().allMatch(p -> p.startsWith(folder) || p.startsWith(own))) {
        return Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty(); // what cannot be looked at, ONNX Runtime cannot open either
    }
    return Optional.of(new Resolved(renamed(file, real), folderOf(file, real)));
  }

  private static Path folderOf(ModelFile file, Map<String, Path> real) {
    List<Path> folders = real.values().stream().map(Path::getParent).distinct().toList();
    if (folders.size() > 1) {
      throw Problem.of(Code.EXTERNAL_DATA_ESCAPES, "the weights are links into several folders")
          .at(file.where())
          .note("they lead to " + folders)
          .help("put the files beside the model instead of links")
          .exception();
    }
    return folders.get(0);
  }

  private static byte[] renamed(ModelFile file, Map<String, Path> real) {
    List<Edit> edits = new ArrayList<>();
    for (Tensor tensor : file.written().constants()) {
      tensor
          .external()
          .filter(external -> real.containsKey(external.location()))
          .map(e -> e.at(real.get(e.location()).getFileName().toString()))
          .ifPresent(external -> edits.add(new Edit.ReferData(tensor, external)));
    }
    return Splice.of(file, new Patch(edits)).bytes();
  }

  private static void collect(Graph graph, Map<String, Long> files) {
    for (Tensor tensor : graph.constants()) {
      tensor.external().ifPresent(e -> files.merge(e.location(), end(e), Math::max));
    }
  }

  private static long end(Tensor.External external) {
    long end = external.offset() + Math.max(0, external.length());
    return end < 0 ? Long.MAX_VALUE : end; // a sum past 2^63 is past the end of any file
  }

  private void check(ModelFile file, String location, long length, List<Problem> problems) {
    if (escapes(location)) {
      problems.add(escape(file, location));
      return;
    }
    Path data = folder.resolve(location);
    if (!Files.isRegularFile(data)) {
      problems.add(
          missing(
              file, "the data file `" + location + "` is missing", "expected at `" + data + "`"));
      return;
    }
    long size = data.toFile().length();
    if (size < length) {
      String note = size + " bytes, and the model refers to " + length;
      problems.add(missing(file, "the data file `" + location + "` is too short", note));
    }
  }

  private static Problem missing(ModelFile file, String what, String note) {
    return Problem.of(Code.EXTERNAL_DATA_MISSING, what)
        .at(file.where())
        .note(note)
        .help("put the data file beside the model");
  }

  private static Problem escape(ModelFile file, String location) {
    return Problem.of(
            Code.EXTERNAL_DATA_ESCAPES,
            "the weights' location `" + location + "` leaves the model's folder")
        .at(file.where())
        .note("ONNX Runtime refuses such a model too")
        .help("save the model again with the data file beside it");
  }

  /** Whether a location is not inside the model's folder. */
  static boolean escapes(String location) {
    try {
      Path path = Path.of(location.replace('\\', '/'));
      boolean drive = location.length() > 1 && location.charAt(1) == ':';
      return location.isEmpty() || drive || path.isAbsolute() || path.normalize().startsWith("..");
    } catch (InvalidPathException e) {
      return true;
    }
  }

  /**
   * Puts the data files beside an output: by a hard link, which costs nothing, else by a copy.
   *
   * @return the files and folders that were made, innermost first, for the caller to remove when it
   *     fails later
   */
  List<Path> bringTo(Path target) {
    List<Path> made = new ArrayList<>();
    for (String location : files.keySet()) {
      Path from = folder.resolve(location);
      Path to = target.resolve(location);
      try {
        if (Files.exists(to)) {
          refuseOther(from, to);
        } else {
          makeFolders(to.toAbsolutePath().getParent(), made);
          linkOrCopy(from.toRealPath(), to);
          made.add(0, to);
        }
      } catch (IOException e) {
        remove(made);
        throw notLinked(to, e);
      } catch (SteercException e) {
        remove(made);
        throw e;
      }
    }
    return made;
  }

  private static void makeFolders(Path folder, List<Path> made) throws IOException {
    if (!Files.exists(folder)) {
      makeFolders(folder.getParent(), made);
      Files.createDirectory(folder);
      made.add(0, folder);
    }
  }

  /** Refuses an output that would stand where the weights are, or have to go. */
  void refuseOutput(Path output) {
    Path name = output.toAbsolutePath().normalize();
    Path target = name.getParent();
    for (String location : files.keySet()) {
      Path there = target.resolve(location).normalize();
      Path here = folder.resolve(location).toAbsolutePath().normalize();
      if (name.equals(there) || name.equals(here)) {
        throw Problem.of(Code.OUTPUT_IS_INPUT, "the output would replace the model's weights")
            .at(output)
            .note("the model keeps them in `" + location + "`")
            .help("choose another path with -o")
            .exception();
      }
    }
  }

  /** Puts one file elsewhere, in the same way. */
  static void bring(Path from, Path to) {
    try {
      linkOrCopy(from.toRealPath(), to);
    } catch (IOException e) {
      throw Output.failure(to, e);
    }
  }

  private static void linkOrCopy(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (IOException | UnsupportedOperationException e) {
      Output.replace(to, from, temporary -> Files.copy(from, temporary));
    }
  }

  static void refuseOther(Path from, Path to) throws IOException {
    if (!Files.isSameFile(from, to) && Files.mismatch(from, to) != -1) {
      throw Problem.of(Code.EXTERNAL_DATA_TAKEN, "another file is already at `" + to + "`")
          .at(to)
          .note("the model's weights have to go there")
          .help("choose an empty folder with -o")
          .exception();
    }
  }

  private static RuntimeException notLinked(Path to, IOException cause) {
    return new SteercException(
        Problem.of(Code.EXTERNAL_DATA_NOT_LINKED, "the weights cannot be brought to `" + to + "`")
            .at(to)
            .note(String.valueOf(cause.getMessage()))
            .help(
                "write the output into the model's own folder, or copy the data file there first"),
        cause);
  }

  static void remove(List<Path> files) {
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // a leftover link is no harm; the failure that led here is what matters
      }
    }
  }
}
