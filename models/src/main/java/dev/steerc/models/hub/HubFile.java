package dev.steerc.models.hub;

import java.util.Map;
import java.util.Optional;

/**
 * A file that the hub announces.
 *
 * @param path its path in the repository
 */
record HubFile(String path, long size, Checksum checksum) {
  /** No file is larger than that; a server that says so would make sums of sizes overflow. */
  private static final long MOST_BYTES = 1L << 50;

  private static final int MOST_CHARACTERS = 1024;

  /** An entry of the hub's listing; empty when it lacks what is needed to check the file. */
  static Optional<HubFile> of(Map<?, ?> entry) {
    Map<?, ?> lfs = entry.get("lfs") instanceof Map<?, ?> map ? map : Map.of();
    Checksum checksum =
        lfs.get("oid") instanceof String sha256
            ? new Checksum(Checksum.Kind.SHA256, sha256)
            : new Checksum(Checksum.Kind.GIT_BLOB, String.valueOf(entry.get("oid")));
    Object size = lfs.get("size") instanceof Long large ? large : entry.get("size");
    boolean sized = size instanceof Long bytes && bytes >= 0 && bytes <= MOST_BYTES;
    if (!(entry.get("path") instanceof String path) || !sized || !checksum.isPlausible()) {
      return Optional.empty();
    }
    return Optional.of(new HubFile(path, (Long) size, checksum));
  }

  /** The part of the path behind the last slash. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The part of the path up to the last slash, that slash included. */
  String folder() {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  /** Whether a path stays where it is put: it neither climbs nor starts elsewhere. */
  static boolean isInside(String path) {
    boolean odd = path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == 0x7f);
    if (path.isEmpty() || path.length() > MOST_CHARACTERS || odd || path.matches("[A-Za-z]:.*")) {
      return false;
    }
    for (String step : path.split("/", -1)) {
      if (step.isEmpty() || step.equals(".") || step.equals("..")) {
        return false;
      }
    }
    return true;
  }
}
