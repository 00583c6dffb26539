package dev.steerc.runtime.capture;

import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder that a capture writes into: its own files, and no others. */
record CaptureFolder(Path path) {
  private static final String OWN =
      "capture\\.json|" + Shard.NAME + "|(blocks\\..*|value\\..*|texts)\\.npy";

  /** What a process leaves behind that is killed while it writes. */
  private static final String TEMPORARY = "\\.(" + OWN + ")\\.[0-9a-f]{8}\\.tmp";

  /**
   * Refuses a place that is no folder, or has files of somebody else's in it, before any work.
   *
   * @throws dev.steerc.problem.SteercException saying which
   */
  void check() {
    Path absolute = path.toAbsolutePath().normalize();
    if (!Files.exists(absolute)) {
      Output.check(absolute, absolute.getParent());
    } else if (!Files.isDirectory(absolute)) {
      throw Problem.of(Code.OUTPUT_UNWRITABLE, "`" + path + "` is no folder")
          .at(path)
          .help("name a new folder")
          .exception();
    } else if (!isOurs() && names().stream().anyMatch(name -> !name.matches(TEMPORARY))) {
      throw Problem.of(Code.FOLDER_TAKEN, "the folder has other files in it")
          .at(path)
          .help("choose an empty folder, or a new one")
          .exception();
    }
  }

  private boolean isOurs() {
    return Files.exists(path.resolve(Contents.FILE));
  }

  /**
   * Makes it ready for some contents: an empty one, or one in which a capture of the same was
   * begun.
   *
   * @param fresh whether to remove what was captured before
   * @throws dev.steerc.problem.SteercException when it holds another capture, or cannot be written
   */
  void prepare(Contents contents, boolean fresh) {
    create();
    if (isOurs() && !fresh) {
      refuseOther(Contents.read(path), contents);
    }
    remove(fresh ? OWN + "|" + TEMPORARY : TEMPORARY);
    if (!isOurs()) {
      contents.write(path);
    }
  }

  private void refuseOther(Contents there, Contents wanted) {
    List<String> differences = there.differences(wanted);
    if (!differences.isEmpty()) {
      Problem problem =
          Problem.of(Code.OTHER_ACTIVATIONS, "the folder holds another capture").at(path);
      for (String difference : differences) {
        problem = problem.note(difference);
      }
      throw problem
          .help("choose another folder, or replace what is there with --fresh")
          .exception();
    }
  }

  private void create() {
    try {
      Files.createDirectories(path.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw Output.failure(path, e);
    }
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw Output.failure(path, e);
    }
  }

  /** Removes the files of such names; {@code capture.json}, which vouches for the others, last. */
  private void remove(String names) {
    List<String> doomed = names().stream().filter(name -> name.matches(names)).toList();
    try {
      for (String name : doomed) {
        if (!name.equals(Contents.FILE)) {
          Files.delete(path.resolve(name));
        }
      }
      if (doomed.contains(Contents.FILE)) {
        Files.delete(path.resolve(Contents.FILE));
      }
    } catch (IOException e) {
      throw Output.failure(path, e);
    }
  }
}
