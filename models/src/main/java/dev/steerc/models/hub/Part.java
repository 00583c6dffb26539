package dev.steerc.models.hub;

import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** What has arrived of a file, kept beside its place so that a later run goes on from there. */
final class Part implements AutoCloseable {
  private final Path target;
  private final Path path;
  private final HubFile file;
  private final FileChannel channel;
  private Digests digests;
  private long length;

  private Part(Path target, HubFile file, FileChannel channel) {
    this.target = target;
    this.path = beside(target);
    this.file = file;
    this.channel = channel;
  }

  static Path beside(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".part");
  }

  /** Opens what an earlier run left, or begins. */
  static Part open(Path target, HubFile file) {
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      FileChannel channel =
          FileChannel.open(
              beside(target),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      Part part = new Part(target, file, channel);
      part.claim();
      part.takeUp();
      return part;
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** How many bytes are there, all of them hashed. */
  long length() {
    return length;
  }

  void append(ByteBuffer bytes) {
    digests.update(bytes);
    try {
      while (bytes.hasRemaining()) {
        length += channel.write(bytes, length);
      }
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Begins again from nothing. */
  void clear() {
    try {
      channel.truncate(0);
    } catch (IOException e) {
      throw failure(target, e);
    }
    digests = new Digests(file);
    length = 0;
  }

  /** The verdict over all that is there; only {@link #clear} may follow when it is a bad one. */
  Digests.Result verdict() {
    return digests.finish();
  }

  /** Puts the file in its place, in one step. */
  void moveIntoPlace() {
    try {
      channel.close();
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Removes it, because it is no part of the file. */
  void discard() {
    try {
      channel.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // the next run finds a part that does not fit and begins again
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Two runs that write into one part would spoil it for each other. */
  private void claim() throws IOException {
    if (isOurs()) {
      return;
    }
    channel.close();
    throw Problem.of(Code.OUTPUT_UNWRITABLE, "another run fetches `" + target + "`")
        .at(target)
        .help("wait for it, or choose another folder with -o")
        .exception();
  }

  private boolean isOurs() {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true; // some network disks have no locks; the hash still tells a spoilt file
    }
  }

  private void takeUp() throws IOException {
    if (channel.size() > file.size()) {
      channel.truncate(0);
    }
    digests = new Digests(file);
    length = digests.updateAll(channel);
  }

  private static SteercException failure(Path target, IOException cause) {
    SteercException failure = Output.failure(target, cause);
    if (failure.problems().get(0).code() != Code.DISK_FULL) {
      return failure;
    }
    return Problem.of(Code.DISK_FULL, "the disk is full")
        .at(target)
        .note("what arrived is kept in `" + beside(target).getFileName() + "`")
        .help("free some space and run it again: it goes on where it stopped")
        .exception();
  }
}
