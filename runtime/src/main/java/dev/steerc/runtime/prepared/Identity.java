package dev.steerc.runtime.prepared;

import dev.steerc.manifest.Json;
import dev.steerc.onnx.Sha256;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a file was.
 *
 * @param name relative to a folder, or absolute
 * @param modified when it was last written, as ISO 8601 has it
 */
public record Identity(String name, long size, String modified, String sha256) {
  /** Reads all of a file. */
  public static Identity of(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    return new Identity(name, Files.size(file), modified(file), Sha256.of(file));
  }

  /** The same content in another file. */
  public Identity at(Path file) throws IOException {
    return new Identity(file.toString(), size, modified(file), sha256);
  }

  static Identity of(Map<?, ?> json) {
    return new Identity(
        (String) json.get("name"),
        (Long) json.get("size"),
        (String) json.get("modified"),
        (String) json.get("sha256"));
  }

  Map<String, Object> json() {
    return Json.object("name", name, "size", size, "modified", modified, "sha256", sha256);
  }

  /**
   * Why the file is another one now. It is read only when its size is right and its time is not: a
   * copy of a folder has new times.
   */
  Optional<String> change(Path folder) {
    Path file = folder.resolve(name);
    try {
      if (!Files.isRegularFile(file)) {
        return Optional.of("`" + name + "` is missing");
      }
      boolean same =
          Files.size(file) == size
              && (modified(file).equals(modified) || Sha256.of(file).equals(sha256));
      return same ? Optional.empty() : Optional.of("`" + name + "` has changed");
    } catch (IOException | SteercException e) {
      return Optional.of("`" + name + "` cannot be read");
    }
  }

  private static String modified(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toString();
  }
}
