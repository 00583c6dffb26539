package dev.steerc.spark.ship;

import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Digest;
import dev.steerc.runtime.steering.VectorStore;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a vector folder at one moment: what the driver saw is what all executors use.
 *
 * @param files contents by file name
 * @param digest what tells them from others
 */
public record Vectors(Map<String, byte[]> files, String digest) implements Serializable {
  /** They are in memory several times while they travel. */
  private static final long MOST = Math.min(256 << 20, Runtime.getRuntime().maxMemory() / 8);

  /** None at all. */
  public static final Vectors NONE = new Vectors(new TreeMap<>(), "");

  /**
   * Reads a folder's vectors.
   *
   * @throws dev.steerc.problem.SteercException when they cannot be read, or are too many to travel
   */
  public static Vectors of(VectorStore store) {
    Map<String, byte[]> files = new TreeMap<>();
    StringBuilder contents = new StringBuilder();
    long size = 0;
    for (String name : store.names()) {
      for (Path file : store.files(name)) {
        byte[] bytes = read(file, MOST - size);
        size += bytes.length;
        String own = file.getFileName().toString();
        files.put(own, bytes);
        contents.append(own).append('\n').append(Digest.sha256(bytes)).append('\n');
      }
    }
    byte[] all = contents.toString().getBytes(StandardCharsets.UTF_8);
    return new Vectors(files, Digest.sha256(all));
  }

  /**
   * Reads one vector.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be read, or is too much to travel
   */
  public static Vectors of(Path file) {
    byte[] bytes = read(file, MOST);
    return new Vectors(Map.of(file.getFileName().toString(), bytes), Digest.sha256(bytes));
  }

  private static byte[] read(Path file, long most) {
    try {
      if (Files.size(file) > most) {
        throw Problem.of(Code.OUT_OF_MEMORY, "the vectors take more than " + (MOST >> 20) + " MiB")
            .at(file)
            .help(
                "name a folder with --vectors that has only those that are needed, or give driver"
                    + " and executors more memory")
            .exception();
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "the vector cannot be read")
          .at(file)
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
  }

  /** Puts them into a folder of this machine. */
  VectorStore arrive(Path folder) {
    try {
      Files.createDirectories(folder);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(folder.resolve(file.getKey()), file.getValue());
      }
      return VectorStore.open(folder);
    } catch (IOException e) {
      throw Output.failure(folder, e);
    }
  }
}
