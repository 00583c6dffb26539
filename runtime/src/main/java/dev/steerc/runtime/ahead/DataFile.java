package dev.steerc.runtime.ahead;

import dev.steerc.onnx.Tensor.External;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file of weights, each at a page of its own. */
final class DataFile implements AutoCloseable {
  /** ONNX Runtime maps whole pages, and kernels read aligned weights a tenth faster. */
  private static final long PAGE = 4096;

  private static final int CHUNK = 1 << 20;

  private final Path folder;
  private final String name;
  private final FileChannel target;
  private long end;

  private DataFile(Path folder, String name, FileChannel target) {
    this.folder = folder;
    this.name = name;
    this.target = target;
  }

  static DataFile create(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    return new DataFile(
        folder,
        name,
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /** Appends what stands elsewhere in the folder, and says where it is now. */
  External append(External from) throws IOException {
    long start = (end + PAGE - 1) / PAGE * PAGE;
    try (FileChannel source = FileChannel.open(folder.resolve(from.location()))) {
      target.position(start);
      for (long done = 0; done < from.length(); ) {
        long moved = source.transferTo(from.offset() + done, from.length() - done, target);
        if (moved <= 0) {
          throw new IOException("`" + from.location() + "` ends early");
        }
        done += moved;
      }
    }
    end = start + from.length();
    return new External(name, start, from.length());
  }

  /** Whether the same bytes stand at two places of the folder. */
  boolean isSame(External one, External other) throws IOException {
    if (one.length() != other.length()) {
      return false;
    }
    ByteBuffer here = ByteBuffer.allocateDirect(CHUNK);
    ByteBuffer there = ByteBuffer.allocateDirect(CHUNK);
    try (FileChannel a = FileChannel.open(folder.resolve(one.location()));
        FileChannel b = FileChannel.open(folder.resolve(other.location()))) {
      boolean same = true;
      for (long at = 0; same && at < one.length(); at += CHUNK) {
        int size = (int) Math.min(CHUNK, one.length() - at);
        read(a, one.offset() + at, here.clear().limit(size));
        read(b, other.offset() + at, there.clear().limit(size));
        same = here.flip().equals(there.flip());
      }
      return same;
    }
  }

  private static void read(FileChannel channel, long at, ByteBuffer into) throws IOException {
    int read = 0;
    while (read >= 0 && into.hasRemaining()) {
      read = channel.read(into, at + into.position());
    }
  }

  /** Has the system write it down. */
  @Override
  public void close() throws IOException {
    try (target) {
      target.force(true);
    }
  }
}
