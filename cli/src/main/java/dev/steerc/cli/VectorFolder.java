package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.steering.VectorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where vectors that are named are looked for, when there is no model beside which they lie. */
final class VectorFolder {
  @Option(
      names = "--vectors",
      paramLabel = "FOLDER",
      description = "The vector folder (default: vectors).")
  private Path folder;

  boolean isGiven() {
    return folder != null;
  }

  /** The option as it was typed, behind a space; empty without it. */
  String typed() {
    return isGiven() ? " --vectors " + folder : "";
  }

  VectorStore store() {
    if (isGiven() && !Files.isDirectory(folder)) {
      throw Problem.of(Code.FILE_NOT_FOUND, "there is no folder `" + folder + "`")
          .at("--vectors")
          .help("pass a folder of vector files")
          .exception();
    }
    return VectorStore.open(isGiven() ? folder : Path.of("vectors"));
  }
}
