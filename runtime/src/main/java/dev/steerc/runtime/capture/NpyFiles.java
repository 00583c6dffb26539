package dev.steerc.runtime.capture;

import dev.steerc.onnx.Output;
import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.MappedTensors;
import dev.steerc.runtime.format.Npy;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * The activations of a folder as NumPy has them: {@code blocks.6.resid_post.npy} [rows, width] for
 * each site, and {@code texts.npy} [rows], the text that each row is of.
 */
record NpyFiles(Contents contents, Path folder) {

  private Path file(Site site) {
    // a value's name may have any characters
    return folder.resolve(URLEncoder.encode(site.path(), StandardCharsets.UTF_8) + ".npy");
  }

  private Path texts() {
    return folder.resolve("texts.npy");
  }

  /** Whether all files are there, as long as they have to be. */
  boolean areWhole() {
    boolean whole = isLong(texts(), textsHead().length + 8 * contents.rows());
    for (Map.Entry<Site, Integer> site : contents.widths().entrySet()) {
      long data = 4 * contents.rows() * site.getValue();
      whole &= isLong(file(site.getKey()), head(site.getValue()).length + data);
    }
    return whole;
  }

  private static boolean isLong(Path file, long bytes) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == bytes;
    } catch (IOException e) {
      return false;
    }
  }

  private byte[] head(int width) {
    return Npy.head("<f4", contents.rows(), width);
  }

  private byte[] textsHead() {
    return Npy.head("<i8", contents.rows());
  }

  /** Writes what the shards have into one file for each site, a shard at a time. */
  void write() {
    List<Shard> shards = Shard.all(contents, folder);
    contents.widths().forEach((site, width) -> write(file(site), head(width), site.path(), shards));
    write(texts(), textsHead(), Shard.TEXT, shards);
  }

  private void write(Path file, byte[] head, String tensor, List<Shard> shards) {
    Output.replace(
        file,
        folder,
        temporary -> {
          try (FileChannel out =
              FileChannel.open(
                  temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            put(out, ByteBuffer.wrap(head));
            for (Shard shard : shards) {
              MappedTensors tensors = shard.open();
              put(out, tensors.bytes(tensor));
            }
          }
        });
  }

  private static void put(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** Removes the shards, which nothing needs any more. */
  void removeShards() throws SteercException {
    for (Shard shard : Shard.all(contents, folder)) {
      try {
        Files.deleteIfExists(shard.file());
      } catch (IOException e) {
        throw Output.failure(shard.file(), e);
      }
    }
  }
}
