package dev.steerc.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What files hashed to, by their stamps: in this process, and for other processes in the user's
 * cache folder, a line of text for each file. Losing it costs time and nothing else.
 */
final class KnownHashes {

  /** Names another folder than the user's; the tests have their own. */
  static final String FOLDER = "steerc.cache";

  /** Smaller files are read faster than it takes to look. */
  private static final long WORTH_IT = 4 << 20;

  private static final long LONGEST = 1024;

  private static final Map<Stamp, String> HERE = new ConcurrentHashMap<>();

  private KnownHashes() {}

  static Optional<String> find(Stamp stamp) {
    if (stamp.size() < WORTH_IT) {
      return Optional.empty();
    }
    return Optional.ofNullable(HERE.get(stamp)).or(() -> recorded(stamp));
  }

  private static Optional<String> recorded(Stamp stamp) {
    Path record = record(stamp);
    try {
      // what somebody has put there may be endless
      if (!Files.isRegularFile(record) || Files.size(record) > LONGEST) {
        return Optional.empty();
      }
      String line = Files.readString(record);
      String known = stamp.line() + " ";
      return line.startsWith(known) && line.matches(".* [0-9a-f]{64}\n")
          ? Optional.of(line.substring(known.length()).strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static void keep(Stamp stamp, String hash) {
    if (stamp.size() < WORTH_IT) {
      return;
    }
    HERE.put(stamp, hash);
    Path record = record(stamp);
    Path temporary = Scratch.beside(record);
    try {
      Files.createDirectories(record.getParent());
      Files.writeString(temporary, stamp.line() + " " + hash + "\n");
      Files.move(temporary, record, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // the next process reads the file again
    } finally {
      Scratch.discard(temporary);
    }
  }

  private static Path record(Stamp stamp) {
    return folder().resolve("hashes").resolve(stamp.file());
  }

  private static Path folder() {
    String named = System.getProperty(FOLDER);
    if (named != null) {
      return Path.of(named);
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && Path.of(cache).isAbsolute()
        ? Path.of(cache, "steerc")
        : Path.of(System.getProperty("user.home"), ".cache", "steerc");
  }
}
