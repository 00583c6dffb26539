package dev.steerc.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What shows, without reading it, that a file is still the one that it was. Every change moves
 * {@code changed}, and no program can set that.
 *
 * @param file the file itself, whatever names it has
 * @param size its bytes
 * @param modified when its content last changed
 * @param changed when its content, its names or its rights last did
 */
record Stamp(String file, long size, FileTime modified, FileTime changed) {

  /** How long the clock of a file system may stand still; git takes the same. */
  private static final Duration TICK = Duration.ofSeconds(2);

  /** A file's stamp; empty where the system does not keep the time of change. */
  static Optional<Stamp> of(Path path) throws IOException {
    Map<String, Object> seen;
    try {
      seen = Files.readAttributes(path, "unix:dev,ino,size,ctime,lastModifiedTime");
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.of(
        new Stamp(
            seen.get("dev") + "-" + seen.get("ino"),
            (Long) seen.get("size"),
            (FileTime) seen.get("lastModifiedTime"),
            (FileTime) seen.get("ctime")));
  }

  /** Whether a write since then would show: one within the same tick of the clock would not. */
  boolean isSettled(Instant then) {
    return modified.toInstant().plus(TICK).isBefore(then);
  }

  /** Whether only the names of the file are others. */
  boolean isContentOf(Stamp before) {
    return file.equals(before.file) && size == before.size && modified.equals(before.modified);
  }

  /** All of it in a line. */
  String line() {
    return size + " " + modified.toInstant() + " " + changed.toInstant();
  }
}
