package dev.steerc.spark.table;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;

/**
 * A file of which it does not matter who writes it, as all write the same: it gets its name when it
 * is whole, and only once.
 *
 * @param folder a path that all machines see, or a URI
 */
public record Attempt(String folder, String name) {
  /** Where files are until they are whole; the driver removes it in the end. */
  static final String UNFINISHED = "_temporary";

  /**
   * Writes it.
   *
   * @throws SteercException when that cannot be done; then there is nothing of that name
   */
  public void write(Configuration hadoop, byte[] bytes) {
    TaskContext task = TaskContext.get();
    String own = name + "." + (task == null ? "driver" : task.taskAttemptId());
    Path file = new Path(folder, name);
    Path unfinished = new Path(new Path(folder, UNFINISHED), own);
    try {
      FileSystem system = system(file, hadoop);
      try (OutputStream out = system.create(unfinished, true)) {
        out.write(bytes);
      }
      if (!system.exists(file) && !system.rename(unfinished, file) && !system.exists(file)) {
        throw new IOException("cannot rename " + unfinished);
      }
      system.delete(unfinished, false);
    } catch (IOException e) {
      throw Attempt.failure(folder, e);
    }
  }

  /** The file system of a path; on a disk without a file of checksums beside each. */
  static FileSystem system(Path path, Configuration hadoop) throws IOException {
    FileSystem system = path.getFileSystem(hadoop);
    return system instanceof LocalFileSystem local ? local.getRaw() : system;
  }

  static SteercException failure(String path, Exception e) {
    return new SteercException(
        Problem.of(Code.OUTPUT_UNWRITABLE, "cannot write there")
            .at(path)
            .note(String.valueOf(e.getMessage()))
            .help("name a folder that all machines may write to"),
        e);
  }
}
