package dev.steerc.spark.ship;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.deploy.SparkHadoopUtil;

/** Where a model lies, as every machine is told. */
public sealed interface Location extends Serializable {
  String LISTED = "files:";

  /**
   * Understands how users name a model: a path that all machines see, {@code files:NAME} for one of
   * spark-submit's {@code --files}, or a URI of a file system that Hadoop knows.
   */
  static Location parse(String text) {
    if (text.startsWith(LISTED)) {
      return new Listed(text.substring(LISTED.length()));
    }
    // an executor's working directory is another one
    return text.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*")
        ? new Stored(text)
        : new Shared(Path.of(text).toAbsolutePath().normalize().toString());
  }

  /** The name of the model's own file; empty where the location is a folder. */
  String model();

  /** Its path or URI, unless Spark brings it, and another one. */
  default List<String> with(String other) {
    return List.of(other, toString());
  }

  /** The names of the files of a folder; none where the location is a file. */
  List<String> names() throws IOException;

  /**
   * A file beside the model, or in its folder.
   *
   * @param scratch where to put it, if it has to be fetched
   * @return its path on this machine, where nothing is when it does not exist
   */
  Path file(String name, Path scratch) throws IOException;

  /** A path that leads to the same files on every machine. */
  record Shared(String path) implements Location {
    @Override
    public String model() {
      return Files.isDirectory(Path.of(path)) ? "" : Path.of(path).getFileName().toString();
    }

    @Override
    public List<String> names() throws IOException {
      if (!Files.isDirectory(Path.of(path))) {
        return List.of();
      }
      try (Stream<Path> files = Files.list(Path.of(path))) {
        return files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
      }
    }

    @Override
    public Path file(String name, Path scratch) {
      Path absolute = Path.of(path).toAbsolutePath().normalize();
      return Files.isDirectory(absolute) ? absolute.resolve(name) : absolute.resolveSibling(name);
    }

    @Override
    public String toString() {
      return path;
    }
  }

  /** A file that Spark brings to every executor, with others beside it. */
  record Listed(String model) implements Location {
    @Override
    public List<String> with(String other) {
      return List.of(other);
    }

    @Override
    public List<String> names() {
      return List.of();
    }

    @Override
    public Path file(String name, Path scratch) {
      return Path.of(SparkFiles.getRootDirectory()).resolve(name);
    }

    @Override
    public String toString() {
      return LISTED + model;
    }
  }

  /** An object store, or any other file system that Hadoop reads. */
  record Stored(String uri) implements Location {
    @Override
    public String model() {
      String last = uri.substring(uri.lastIndexOf('/') + 1);
      return last.endsWith(".onnx") ? last : "";
    }

    @Override
    public List<String> names() throws IOException {
      List<String> names = new ArrayList<>();
      if (model().isEmpty()) {
        for (FileStatus file : system().listStatus(path(uri))) {
          if (file.isFile()) {
            names.add(file.getPath().getName());
          }
        }
      }
      return names;
    }

    @Override
    public Path file(String name, Path scratch) throws IOException {
      Path local = scratch.resolve(name);
      org.apache.hadoop.fs.Path there = path(folder() + "/" + name);
      if (!Files.exists(local) && system().exists(there)) {
        Files.createDirectories(local.getParent());
        system().copyToLocalFile(false, there, new org.apache.hadoop.fs.Path(local.toUri()), true);
      }
      return local;
    }

    private String folder() {
      return model().isEmpty() ? uri.replaceFirst("/+$", "") : uri.replaceFirst("/[^/]*$", "");
    }

    private FileSystem system() throws IOException {
      // with what --conf spark.hadoop.* says, on executors too
      return FileSystem.get(
          URI.create(uri), SparkHadoopUtil.get().newConfiguration(SparkEnv.get().conf()));
    }

    private static org.apache.hadoop.fs.Path path(String text) {
      return new org.apache.hadoop.fs.Path(text);
    }

    @Override
    public String toString() {
      return uri;
    }
  }

  /** The problem of a location that cannot be read. */
  default RuntimeException unreadable(IOException e) {
    return Problem.of(Code.FILE_UNREADABLE, "the model cannot be read")
        .at(this)
        .note(String.valueOf(e.getMessage()))
        .help("check that this machine may read it")
        .exception();
  }
}
