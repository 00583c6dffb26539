package dev.steerc.spark.table;

import picocli.CommandLine.Option;

/** The folder that a command writes. */
public final class ResultArgs {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      required = true,
      description =
          "The folder to write, as a path that all machines see, or as a URI. It has a file"
              + " _SUCCESS when all rows are there.")
  private String path;

  @Option(
      names = "--overwrite",
      description = "Replace the folder when it holds nothing but another result.")
  private boolean overwrites;

  public Result result() {
    return new Result(path, overwrites);
  }
}
