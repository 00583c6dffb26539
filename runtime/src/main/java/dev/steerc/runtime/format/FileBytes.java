package dev.steerc.runtime.format;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The whole content of a small file, read and written in one go. */
public final class FileBytes {
  private FileBytes() {}

  /**
   * Reads a regular file. Pipes and devices are refused: they have no end that a limit could be
   * compared with.
   *
   * @param limit the most bytes that a file of this kind has
   * @param tooLong the problem's code when it has more
   */
  public static byte[] read(Path file, int limit, Code tooLong) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      String kind = Files.isDirectory(file) ? "a folder" : "no regular file";
      throw Problem.of(Code.FILE_UNREADABLE, "`" + file + "` is " + kind).at(file).exception();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = Files.size(file) > limit ? null : in.readNBytes(limit + 1);
      if (bytes == null || bytes.length > limit) {
        throw Problem.of(tooLong, "the file is larger than " + (limit >> 20) + " MiB")
            .at(file)
            .exception();
      }
      return bytes;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Replaces a file, so that it is either whole under its name or as it was, even when the power
   * fails meanwhile; once this returns, it stays replaced.
   */
  public static void write(Path file, byte[] bytes) {
    // nothing is read meanwhile; the folder stands for the input, as no file is the same as it
    Path folder = file.toAbsolutePath().getParent();
    Output.replace(file, folder, temporary -> writeThrough(temporary, bytes));
    keep(folder);
  }

  private static void writeThrough(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }

  /** Has the system write down what a folder holds, where it can be asked to. */
  public static void keep(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders, and keeps their entries without being asked
    }
  }

  private static SteercException unreadable(Path file, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return new SteercException(
          Problem.of(Code.FILE_NOT_FOUND, "no file `" + file + "`").at(file), cause);
    }
    String why = cause instanceof AccessDeniedException ? "permission denied" : cause.getMessage();
    return new SteercException(
        Problem.of(Code.FILE_UNREADABLE, "cannot read `" + file + "`")
            .at(file)
            .note(String.valueOf(why)),
        cause);
  }
}
