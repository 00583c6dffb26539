package dev.steerc.runtime.steering;

import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;

/**
 * A file of a store, read once.
 *
 * @param stamp what it looked like before it was read; null when that could not be told
 * @param content what is in it; null when it is broken
 * @param problems what is wrong with it
 */
record Stored(Path file, Stamp stamp, VectorFile content, List<Problem> problems) {

  /** What changes when a file does; the key is another one when it was replaced. */
  record Stamp(long size, FileTime time, Object key) {}

  /** The file as it is now; read again only when it looks otherwise than before, or was broken. */
  static Stored of(Path file, Stored before) {
    Stamp now = stamp(file);
    if (before != null && before.content != null && now != null && now.equals(before.stamp)) {
      return before;
    }
    try {
      return new Stored(file, now, VectorFile.open(file), List.of());
    } catch (SteercException e) {
      return new Stored(file, now, null, e.problems());
    }
  }

  private static Stamp stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.size(), now.lastModifiedTime(), now.fileKey());
    } catch (IOException e) {
      return null;
    }
  }

  VectorFile vector() {
    if (content == null) {
      throw new SteercException(problems);
    }
    return content;
  }
}
