package dev.steerc.cli.serve.vectors;

import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.exchange.Dialect;
import dev.steerc.runtime.exchange.Imported;
import dev.steerc.runtime.steering.VectorFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A vector that somebody sends, as a hidden file in the folder until it is closed; what it says of
 * its size is of no account.
 *
 * @param name what the vector is to be called
 */
record Upload(Path folder, String name, Path file) implements AutoCloseable {
  private static final String LEFTOVER = "\\..+\\.[0-9a-f]{8}\\.tmp";
  private static final int PIECE = 1 << 16;

  /**
   * Receives one.
   *
   * @param most the most bytes that are taken
   * @throws SteercException when there are more, the sender breaks off, or the disk does not take
   *     it
   */
  static Upload receive(InputStream body, Path folder, String name, long most) {
    makeFolder(folder);
    Upload upload = new Upload(folder, name, Scratch.beside(folder.resolve(name)));
    try (OutputStream out = Files.newOutputStream(upload.file)) {
      upload.copy(body, out, most);
      return upload;
    } catch (IOException e) {
      upload.close();
      throw Output.failure(upload.target(), e);
    } catch (RuntimeException e) {
      upload.close();
      throw e;
    }
  }

  private void copy(InputStream body, OutputStream out, long most) throws IOException {
    byte[] piece = new byte[PIECE];
    long total = 0;
    for (int count = read(body, piece); count >= 0; count = read(body, piece)) {
      total += count;
      if (total > most) {
        throw tooLarge(most);
      }
      out.write(piece, 0, count);
    }
  }

  private static int read(InputStream body, byte[] piece) {
    try {
      return body.read(piece);
    } catch (IOException e) {
      Problem problem = Problem.of(Code.BAD_REQUEST, "the body breaks off");
      throw new SteercException(problem.help("send it again"), e);
    }
  }

  static RuntimeException tooLarge(long most) {
    return Problem.of(Code.TOO_LARGE, "the vector is larger than " + most + " bytes")
        .help("send fewer sites of it, or have the operator raise the limit")
        .exception();
  }

  /**
   * Reads what was sent.
   *
   * @param dialect whose numbering a GGUF has; empty to see for itself
   * @param mostJson the most bytes of one that is JSON, which takes far more memory than it has
   */
  VectorFile vector(Optional<Dialect> dialect, long mostJson) {
    try {
      if (isJson()) {
        if (Files.size(file) > mostJson) {
          throw tooLarge(mostJson);
        }
        return JsonVector.file(Files.readAllBytes(file), target());
      }
    } catch (IOException e) {
      throw Output.failure(target(), e);
    }
    return VectorFile.of(target(), Imported.guessed(file, dialect));
  }

  /** No other kind of file has a brace first and no zero soon behind it. */
  private boolean isJson() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(8), StandardCharsets.ISO_8859_1);
      return head.stripLeading().startsWith("{") && head.indexOf(0) < 0;
    }
  }

  private Path target() {
    return folder.resolve(name + ".safetensors");
  }

  static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw Output.failure(folder, e);
    }
  }

  /** Removes what was being received or written when a process was killed. */
  static void removeLeftovers(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().matches(LEFTOVER))
          .filter(Files::isRegularFile)
          .forEach(Scratch::discard);
    } catch (IOException e) {
      // the folder cannot be read or changed, which whoever reads or changes it will say
    }
  }

  @Override
  public void close() {
    Scratch.discard(file);
  }
}
