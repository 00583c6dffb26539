package dev.steerc.spark.table;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * The folder that a command writes.
 *
 * @param path a path that all machines see, or a URI
 * @param overwrites whether what is there is replaced
 */
public record Result(String path, boolean overwrites) {

  /**
   * Refuses a place that is taken, before any work.
   *
   * @param input what is read meanwhile
   */
  public void check(Configuration hadoop, Table input) {
    try {
      Path folder = new Path(path);
      FileSystem system = folder.getFileSystem(hadoop);
      if (inside(system.makeQualified(folder), system.makeQualified(new Path(input.path())))) {
        throw Problem.of(Code.FOLDER_TAKEN, "the output would replace what is read")
            .at(path)
            .help("name another folder with -o")
            .exception();
      }
      if (!overwrites && system.exists(folder)) {
        throw Problem.of(Code.FOLDER_TAKEN, "there is something at `" + path + "` already")
            .at(path)
            .help("name a new folder, or replace it with --overwrite")
            .exception();
      }
    } catch (IOException | IllegalArgumentException e) {
      throw unwritable(e);
    }
  }

  /** Whether one path is another, or leads to something in it. */
  private static boolean inside(Path outer, Path inner) {
    for (Path at = inner; at != null; at = at.getParent()) {
      if (at.equals(outer)) {
        return true;
      }
    }
    return false;
  }

  /** Writes rows; there is a {@code _SUCCESS} when all are. */
  public void write(Dataset<Row> rows, TableFormat format) {
    var writer = rows.write().mode(overwrites ? SaveMode.Overwrite : SaveMode.ErrorIfExists);
    if (format == TableFormat.PARQUET) {
      writer.parquet(path);
    } else {
      writer.option("ignoreNullFields", false).json(path);
    }
  }

  /** Writes a file beside the rows, whole or not at all. */
  public void write(Configuration hadoop, String name, String text) {
    try {
      Path file = new Path(path, name);
      Path temporary = new Path(path, "." + name + ".tmp");
      FileSystem system = file.getFileSystem(hadoop);
      try (OutputStream out = system.create(temporary, true)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
      if (!system.rename(temporary, file)) {
        throw new IOException("cannot rename " + temporary);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private SteercException unwritable(Exception e) {
    return new SteercException(
        Problem.of(Code.OUTPUT_UNWRITABLE, "cannot write there")
            .at(path)
            .note(String.valueOf(e.getMessage()))
            .help("name a folder that all machines may write to"),
        e);
  }
}
