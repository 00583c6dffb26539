package dev.steerc.onnx;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;

/** Writes a file so that it is either whole under its name or not there at all. */
public final class Output {
  private Output() {}

  /** Writes to the path it is given. */
  public interface Writer {
    void write(Path temporary) throws IOException;
  }

  /**
   * Replaces a file by what the writer writes.
   *
   * @param input the file that is read meanwhile and must not be replaced
   */
  public static void replace(Path output, Path input, Writer writer) {
    check(output, input);
    Path temporary = Scratch.beside(output);
    try {
      writer.write(temporary);
      Files.move(
          temporary, output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | ReadOnlyFileSystemException e) {
      throw failure(output, e);
    } finally {
      Scratch.discard(temporary);
    }
  }

  /** Says why an output cannot be written, before anything is. */
  public static void check(Path output, Path input) {
    Path folder = output.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(output)) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + output + "` is a folder")
          .at(output)
          .help("name a file with -o")
          .exception();
    }
    if (!Files.isDirectory(folder)) {
      throw Problem.of(Code.OUTPUT_FOLDER_MISSING, "no folder `" + output.getParent() + "`")
          .at(output)
          .help("create it first")
          .exception();
    }
    if (Files.exists(output) && !Files.isRegularFile(output)) {
      // the move would replace the device itself, such as /dev/null
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + output + "` is no regular file")
          .at(output)
          .help("name a file")
          .exception();
    }
    if (isSame(output, input)) {
      throw Problem.of(Code.OUTPUT_IS_INPUT, "the output is the input")
          .at(output)
          .help("choose another path with -o")
          .exception();
    }
    if (Files.isSymbolicLink(output)) {
      // the move would replace the link itself
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + output + "` is a link")
          .at(output)
          .help("name the file that it leads to, or another one")
          .exception();
    }
    if (!Files.isWritable(folder)) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "the folder of `" + output + "` is not writable")
          .at(output)
          .help("choose another folder with -o")
          .exception();
    }
  }

  /** Somebody writes to the model that is being read. */
  public static SteercException inputChanged(Path input) {
    return Problem.of(Code.INPUT_CHANGED, "the model changed while it was read")
        .at(input)
        .help("run the command again when nobody writes to the file")
        .exception();
  }

  private static boolean isSame(Path output, Path input) {
    try {
      return Files.exists(output) && Files.isSameFile(output, input);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The problem behind a failed write: a full disk, missing rights, or else what the system says.
   */
  public static SteercException failure(Path output, Exception cause) {
    String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
    boolean full =
        reason != null && reason.matches("(?i).*(no space left|not enough space|quota).*");
    if (full) {
      return Problem.of(Code.DISK_FULL, "the disk is full")
          .at(output)
          .note("nothing was left behind, and the input is untouched")
          .help("free some space, or choose another disk with -o")
          .exception();
    }
    String why =
        cause instanceof AccessDeniedException
            ? "permission denied"
            : reason == null ? cause.getClass().getSimpleName() : reason;
    return new SteercException(
        Problem.of(Code.OUTPUT_UNWRITABLE, "cannot write `" + output + "`")
            .at(output)
            .note(why)
            .help("check the permissions, or choose another path with -o"),
        cause);
  }
}
