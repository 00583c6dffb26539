package dev.steerc.cli;

import dev.steerc.cli.rows.Row;
import dev.steerc.manifest.Json;
import dev.steerc.onnx.Output;
import dev.steerc.runtime.bulk.Result;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The results as JSON lines. A file has a name of its own until it is whole: {@code NAME.partial},
 * which is what an interrupted run leaves.
 */
final class RowOutput implements AutoCloseable {
  private final Path file;
  private final Path partial;
  private final Writer writer;

  /**
   * @param file where to write; {@code -} is stdout
   */
  RowOutput(Path file, Path rows) {
    this.file = file;
    this.partial = isStdout() ? null : file.resolveSibling(file.getFileName() + ".partial");
    if (!isStdout()) {
      Output.check(file, rows);
    }
    try {
      this.writer =
          isStdout()
              ? new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8))
              : Files.newBufferedWriter(partial);
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }

  private boolean isStdout() {
    return file.toString().equals("-");
  }

  /** Writes a row with its result behind; of two fields with one name, the result's stays. */
  void write(Result<Row> result) {
    Map<String, Object> fields = new LinkedHashMap<>(result.row().fields());
    if (result.row().problem().isPresent()) {
      fields.put("line", result.row().line());
    }
    result
        .outcome()
        .toMap()
        .forEach(
            (name, value) -> {
              fields.remove(name);
              fields.put(name, value);
            });
    try {
      writer.write(Json.write(fields) + "\n");
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }

  /** Gives the file its name. */
  void finish() {
    try {
      writer.flush();
      if (partial != null) {
        writer.close();
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }

  /** Where the results are that an interrupted run leaves. */
  String place() {
    return isStdout() ? "stdout" : partial.toString();
  }

  @Override
  public void close() {
    try {
      writer.flush();
      if (partial != null) {
        writer.close();
      }
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }
}
