package dev.steerc.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Files and folders that must not outlive the work that needs them, nor the process when somebody
 * interrupts it.
 */
public final class Scratch {
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Scratch::delete)));
  }

  private Scratch() {}

  /** A hidden name beside a file or folder, so that moving one to the other stays on one disk. */
  public static Path beside(Path path) {
    String id = UUID.randomUUID().toString().substring(0, 8);
    Path name = path.resolveSibling("." + path.getFileName() + "." + id + ".tmp");
    OPEN.add(name);
    return name;
  }

  /** A folder in the system's place for temporary files. */
  public static Path folder(String name) throws IOException {
    Path folder = Files.createTempDirectory(name);
    OPEN.add(folder);
    return folder;
  }

  /** Deletes it with all that is in it, if it is still there. */
  public static void discard(Path path) {
    delete(path);
    OPEN.remove(path);
  }

  private static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      // a leftover with a dot name; the work itself is done, or has failed already
    }
  }
}
