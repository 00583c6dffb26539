package dev.steerc.runtime.steering;

import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The vectors of a folder as it was when it was opened, all read: each file is one, named by the
 * file. A broken file does not spoil the others; its problem comes when it is asked for.
 *
 * <p>A store never changes, so threads share it, and a service replaces it by what {@link #reload}
 * gives. Names are only looked up, never made into paths.
 */
public final class VectorStore {
  private static final String FILE = "(?s).*.\\.(npy|safetensors|gguf|onnx_adapter)";

  private final Path folder;
  private final Map<String, List<Stored>> stored;

  private VectorStore(Path folder, Map<String, List<Stored>> stored) {
    this.folder = folder;
    this.stored = Collections.unmodifiableMap(stored);
  }

  /** Reads a folder; one that does not exist has no vectors. */
  public static VectorStore open(Path folder) {
    return new VectorStore(folder, Map.of()).reload();
  }

  /** The folder as it is now; only files that changed are read again. */
  public VectorStore reload() {
    Map<String, List<Stored>> now = new TreeMap<>();
    for (Path file : files()) {
      String name = VectorFile.name(file);
      Stored before =
          stored.getOrDefault(name, List.of()).stream()
              .filter(one -> one.file().equals(file))
              .findFirst()
              .orElse(null);
      now.computeIfAbsent(name, n -> new ArrayList<>()).add(Stored.of(file, before));
    }
    return new VectorStore(folder, now);
  }

  private List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.getFileName().toString().matches(FILE))
          .filter(file -> !Files.isDirectory(file))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw Problem.of(Code.FILE_UNREADABLE, "the folder of vectors cannot be read")
          .at(folder)
          .note(String.valueOf(e.getMessage()))
          .exception();
    }
  }

  public Path folder() {
    return folder;
  }

  /** The names of all vectors, in order, broken ones included. */
  public Set<String> names() {
    return stored.keySet();
  }

  /** The files that have a name, broken ones included; none for a name that is not there. */
  public List<Path> files(String name) {
    return stored.getOrDefault(name, List.of()).stream().map(Stored::file).toList();
  }

  /** All vectors that can be asked for by name, in order. */
  public List<VectorFile> all() {
    return stored.values().stream()
        .filter(files -> files.size() == 1 && files.get(0).problems().isEmpty())
        .map(files -> files.get(0).vector())
        .toList();
  }

  /** What is wrong with files of the folder: broken ones, and names that two files have. */
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    stored.forEach(
        (name, files) -> {
          files.forEach(one -> problems.addAll(one.problems()));
          if (files.size() > 1) {
            problems.add(ambiguous(name, files));
          }
        });
    return problems;
  }

  /**
   * A vector that is named, or that is a file.
   *
   * @throws SteercException when there is neither, or the file is broken
   */
  public Vector get(String nameOrFile) {
    return file(nameOrFile).vector();
  }

  /** The same with all that the file says of it. */
  public VectorFile file(String nameOrFile) {
    return stored.containsKey(nameOrFile) || !isFile(nameOrFile)
        ? named(nameOrFile)
        : VectorFile.open(Path.of(nameOrFile));
  }

  /**
   * Reads a condition as people write it: {@code NAME@SITE>COSINE}, or the name alone of a vector
   * whose file says the rest.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be understood, or there is no such
   *     vector
   */
  public Condition condition(String text) {
    return condition(text, this::file);
  }

  /**
   * The same for who looks names up otherwise, such as for somebody whom files are no business of.
   *
   * @param find what a name stands for
   */
  public static Condition condition(String text, Function<String, VectorFile> find) {
    boolean isName = text.chars().noneMatch(c -> "@<>".indexOf(c) >= 0);
    ConditionText parsed = ConditionText.parse(isName ? text + when(find.apply(text)) : text);
    return parsed.condition(find.apply(parsed.source()).vector());
  }

  private static String when(VectorFile file) {
    String when = file.metadata().get("when");
    if (when == null) {
      throw Problem.of(Code.BAD_STEER, "`" + file.name() + "` does not say when it holds")
          .at(file.path())
          .note("a vector that was learned from labelled texts does")
          .help("say it: --when 'NAME@SITE>COSINE'")
          .exception();
    }
    return when;
  }

  private static boolean isFile(String text) {
    try {
      return Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * A vector of the folder; what comes from outside is safe to look up here.
   *
   * @throws SteercException when there is none of that name, or two, or its file is broken
   */
  public VectorFile named(String name) {
    List<Stored> files = stored.get(name);
    if (files == null) {
      throw notFound(name).exception();
    }
    if (files.size() > 1) {
      throw ambiguous(name, files).exception();
    }
    return files.get(0).vector();
  }

  private Problem ambiguous(String name, List<Stored> files) {
    return Problem.of(Code.AMBIGUOUS_VECTOR, files.size() + " files are called `" + name + "`")
        .at(folder)
        .note(String.join(", ", files.stream().map(one -> one.file().getFileName() + "").toList()))
        .help("rename or remove one, or pass the path of the file");
  }

  private Problem notFound(String name) {
    return Problem.of(Code.VECTOR_NOT_FOUND, "there is no vector `" + name + "`")
        .at(folder)
        .note(
            stored.isEmpty()
                ? "the folder has none, and there is no such file"
                : "the folder has " + String.join(", ", names()))
        .help(
            Choices.close(name, names()).map(c -> "did you mean `" + c + "`? ").orElse("")
                + "pass the path of a file, or name the folder with --vectors");
  }
}
