package dev.steerc.spark.table;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** What stands where a result is to be: the result of another job, or what has to stay. */
record Former(FileSystem system, Path path) {
  private static final int SHOWN = 3;

  /** What jobs write, and what one that was killed leaves. */
  private static final Pattern WRITTEN =
      Pattern.compile(
          "\\.?(part-.*|_SUCCESS|_capture\\.json|activations-.*|capture\\.json)(\\.crc)?");

  boolean exists() throws IOException {
    return isLink() || system.exists(path);
  }

  /**
   * Makes sure that nothing is lost with it but a result.
   *
   * @throws dev.steerc.problem.SteercException when it is something else
   */
  void checkReplaceable() throws IOException {
    if (isLink() || !system.getFileStatus(path).isDirectory()) {
      throw stays("`" + path + "` is no folder, and stays").exception();
    }
    List<String> others =
        Arrays.stream(system.listStatus(path))
            .filter(file -> !isWritten(file))
            .map(file -> file.getPath().getName())
            .sorted()
            .toList();
    if (!others.isEmpty()) {
      String more = others.size() > SHOWN ? " and " + (others.size() - SHOWN) + " more" : "";
      throw stays("the folder has more in it than a result, and stays")
          .note(String.join(", ", others.subList(0, Math.min(SHOWN, others.size()))) + more)
          .exception();
    }
  }

  private Problem stays(String what) {
    return Problem.of(Code.FOLDER_TAKEN, what)
        .at(path)
        .help("name a new folder, or one that holds a result of `steerc spark`");
  }

  private static boolean isWritten(FileStatus file) {
    String name = file.getPath().getName();
    return file.isDirectory() ? name.equals(Attempt.UNFINISHED) : WRITTEN.matcher(name).matches();
  }

  /** Whether this is another path, or something in it leads there, links followed. */
  boolean holds(Path other) throws IOException {
    Path outer = real(system, path);
    for (Path at = real(other.getFileSystem(system.getConf()), other); at != null; ) {
      if (at.equals(outer)) {
        return true;
      }
      at = at.getParent();
    }
    return false;
  }

  /** A path without links, as far as it exists. */
  private static Path real(FileSystem system, Path path) throws IOException {
    Path whole = system.makeQualified(path);
    Optional<java.nio.file.Path> local = local(system, whole);
    if (local.isEmpty()) {
      return whole;
    }
    java.nio.file.Path there = local.get();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    java.nio.file.Path rest = there.relativize(local.get());
    return new Path(whole.toUri().getScheme(), null, there.toRealPath().resolve(rest).toString());
  }

  private boolean isLink() {
    return local(system, system.makeQualified(path)).filter(Files::isSymbolicLink).isPresent();
  }

  private static Optional<java.nio.file.Path> local(FileSystem system, Path whole) {
    return system instanceof LocalFileSystem
        ? Optional.of(java.nio.file.Path.of(whole.toUri().getPath()))
        : Optional.empty();
  }
}
