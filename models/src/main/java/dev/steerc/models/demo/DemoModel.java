package dev.steerc.models.demo;

import dev.steerc.onnx.Output;
import dev.steerc.onnx.Scratch;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The demo model in a folder: the model, its tokenizer and configuration, its vectors, and texts to
 * learn more of them from.
 *
 * @param folder as the caller names it
 */
public record DemoModel(Path folder) {
  static final String MODEL = "model.onnx";

  /** What tells a folder that was unpacked from any other. */
  static final String MARK = ".steerc-demo";

  static final String MARK_TEXT =
      """
      `steerc demo` made this folder. It mends the files that it brought when it runs again,
      and leaves all others as they are.
      """;

  /** The model as it was trained. */
  public Path model() {
    return folder.resolve(MODEL);
  }

  /** Where the patched model goes. */
  public Path steered() {
    return folder.resolve("model.steered.onnx");
  }

  /** Texts to learn vectors from and to judge them by. */
  public Path lessons() {
    return folder.resolve("lessons");
  }

  /** Its vectors. */
  public Path vectors() {
    return folder.resolve("vectors");
  }

  /**
   * Unpacks the model into a folder, which is made if it is not there. Files that are there and
   * equal stay as they are, and so does what does not belong to the model.
   *
   * @throws dev.steerc.problem.SteercException when the folder is not empty and was not made by
   *     this; when it cannot be written, and then nothing is left of the attempt
   */
  public static DemoModel unpack(Path folder) {
    Map<String, byte[]> files = Embedded.files();
    files.putAll(Lessons.files());
    return unpack(files, folder);
  }

  static DemoModel unpack(Map<String, byte[]> files, Path folder) {
    try {
      check(folder);
      SortedMap<String, byte[]> wanting = wanting(files, folder);
      if (!Files.exists(folder)) {
        whole(wanting, folder);
      } else if (!wanting.isEmpty()) {
        into(wanting, folder);
      }
      return new DemoModel(folder);
    } catch (IOException | ReadOnlyFileSystemException e) {
      throw Output.failure(folder, e);
    }
  }

  private static void check(Path folder) throws IOException {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw Problem.of(Code.OUTPUT_FOLDER_MISSING, "no folder `" + folder.getParent() + "`")
          .at(folder)
          .help("create it first")
          .exception();
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + folder + "` is a file")
          .at(folder)
          .help("name a folder with --into")
          .exception();
    }
    if (Files.exists(folder) && !Files.exists(folder.resolve(MARK)) && !isEmpty(folder)) {
      throw Problem.of(Code.FOLDER_TAKEN, "`" + folder + "` has other files in it")
          .at(folder)
          .note("it was not made by `steerc demo`")
          .help("name an empty or a new folder with --into")
          .exception();
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    }
  }

  /** The files that the folder lacks or has otherwise. */
  private static SortedMap<String, byte[]> wanting(Map<String, byte[]> files, Path folder)
      throws IOException {
    SortedMap<String, byte[]> wanting = new TreeMap<>(files);
    wanting.put(MARK, MARK_TEXT.getBytes(StandardCharsets.UTF_8));
    for (String name : wanting.keySet().toArray(String[]::new)) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), wanting.get(name))) {
        wanting.remove(name);
      }
    }
    return wanting;
  }

  /** A folder that appears with all that is in it. */
  private static void whole(Map<String, byte[]> files, Path folder) throws IOException {
    Path staging = Scratch.beside(folder.toAbsolutePath().normalize());
    try {
      write(files, staging);
      Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Scratch.discard(staging);
    }
  }

  /** What can fail is done aside; the mark comes first, being the first by name. */
  private static void into(SortedMap<String, byte[]> files, Path folder) throws IOException {
    Path staging = Scratch.beside(folder.resolve("files"));
    try {
      write(files, staging);
      for (String name : files.keySet()) {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.move(
            staging.resolve(name),
            file,
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Scratch.discard(staging);
    }
  }

  private static void write(Map<String, byte[]> files, Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }
}
