package dev.steerc.cli;

import dev.steerc.manifest.Json;
import dev.steerc.onnx.Output;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
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
  RowOutput(Path file) {
    this.file = file;
    this.partial = isStdout() ? null : file.resolveSibling(file.getFileName() + ".partial");
    try {
      this.writer =
          isStdout()
              ? new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8))
              : Files.newBufferedWriter(partial);
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }

  /**
   * Says what cannot be written, before anything is.
   *
   * @param read what is read meanwhile and must not be replaced
   */
  static void check(Path file, List<Path> read) {
    if (!isStdout(file)) {
      read.forEach(one -> Output.check(file, one));
    }
  }

  private boolean isStdout() {
    return isStdout(file);
  }

  static boolean isStdout(Path file) {
    return file.toString().equals("-");
  }

  void write(Map<String, Object> row) {
    try {
      writer.write(Json.write(row) + "\n");
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }

  /** Gives the file its name. */
  void finish() {
    try {
      writer.flush();
      if (partial != null) {
        writer.close(); // once more later, which does nothing
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
      if (partial != null) {
        writer.close();
      }
    } catch (IOException e) {
      throw Output.failure(file, e);
    }
  }
}
