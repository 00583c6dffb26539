package dev.steerc.spark.table;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
   * @param read the paths or URIs of what is read meanwhile
   * @throws dev.steerc.problem.SteercException when there is something that must stay
   */
  public void check(Configuration hadoop, List<String> read) {
    try {
      Path folder = new Path(path);
      Former former = new Former(folder.getFileSystem(hadoop), folder);
      for (String input : read) {
        if (former.holds(new Path(input))) {
          throw Problem.of(Code.FOLDER_TAKEN, "the output would replace what is read")
              .at(path)
              .note("it is, or holds, `" + input + "`")
              .help("name another folder with -o")
              .exception();
        }
      }
      if (former.exists() && !overwrites) {
        throw Problem.of(Code.FOLDER_TAKEN, "there is something at `" + path + "` already")
            .at(path)
            .help("name a new folder, or replace a result with --overwrite")
            .exception();
      }
      if (former.exists()) {
        former.checkReplaceable();
      }
    } catch (IOException | IllegalArgumentException e) {
      throw Attempt.failure(path, e);
    }
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

  /** Writes a file into the folder, whole or not at all. */
  public void write(Configuration hadoop, String name, String text) {
    new Attempt(path, name).write(hadoop, text.getBytes(StandardCharsets.UTF_8));
    finish(hadoop);
  }

  /** Makes room for files that tasks write. */
  public void prepare(Configuration hadoop) {
    try {
      Path folder = new Path(path);
      FileSystem system = Attempt.system(folder, hadoop);
      if (overwrites) {
        system.delete(folder, true);
      }
      system.mkdirs(folder);
    } catch (IOException e) {
      throw Attempt.failure(path, e);
    }
  }

  /** Removes what attempts have left behind. */
  private void finish(Configuration hadoop) {
    try {
      Path unfinished = new Path(path, Attempt.UNFINISHED);
      Attempt.system(unfinished, hadoop).delete(unfinished, true);
    } catch (IOException e) {
      throw Attempt.failure(path, e);
    }
  }
}
