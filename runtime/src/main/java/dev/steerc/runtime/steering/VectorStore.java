package dev.steerc.runtime.steering;

import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder of vectors, as it was when it was opened: each file is one, named by the file.
 *
 * @param folder where they are
 * @param files the vectors' files by name
 */
public record VectorStore(Path folder, Map<String, Path> files) {

  /** Looks into a folder; one that does not exist has no vectors. */
  public static VectorStore open(Path folder) {
    Map<String, Path> files = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> all = Files.list(folder)) {
        all.filter(file -> file.toString().matches("(?s).*\\.(npy|safetensors)"))
            .sorted()
            .forEach(file -> files.put(VectorFile.name(file), file));
      } catch (IOException e) {
        throw Problem.of(Code.FILE_UNREADABLE, "the folder of vectors cannot be read")
            .at(folder)
            .note(String.valueOf(e.getMessage()))
            .exception();
      }
    }
    return new VectorStore(folder, Collections.unmodifiableMap(files));
  }

  public Set<String> names() {
    return files.keySet();
  }

  /**
   * Reads a vector that is named, or that is a file.
   *
   * @throws dev.steerc.problem.SteercException when there is neither
   */
  public Vector get(String nameOrFile) {
    return VectorFile.read(file(nameOrFile));
  }

  /**
   * The file of a vector that is named, or that is a file.
   *
   * @throws dev.steerc.problem.SteercException when there is neither
   */
  public Path file(String nameOrFile) {
    if (files.containsKey(nameOrFile)) {
      return files.get(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (Files.isRegularFile(file)) {
      return file;
    }
    throw Problem.of(Code.VECTOR_NOT_FOUND, "there is no vector `" + nameOrFile + "`")
        .at(folder)
        .note(
            files.isEmpty()
                ? "the folder has none, and there is no such file"
                : "the folder has " + String.join(", ", names()))
        .help(
            Choices.close(nameOrFile, names()).map(c -> "did you mean `" + c + "`? ").orElse("")
                + "pass a .npy or .safetensors file, or name the folder with --vectors")
        .exception();
  }
}
