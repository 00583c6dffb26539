package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model to run, and how to open it. */
public sealed class ModelArgs permits SteeredModelArgs {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A .onnx file, patched or not, or a folder with one decoder.")
  private Path model;

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Where to compute: cpu (the default) or cuda.")
  private String provider;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of one operator (default: one for each core).")
  private int threads;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "tokenizer.json, or its folder (default: beside the model).")
  private Path tokenizer;

  public Path path() {
    return model;
  }

  private int threads() {
    if (threads < 0) {
      throw Problem.of(Code.USAGE, "--threads " + threads + " is no number of threads")
          .help("pass 1 or more, or 0 for one for each core")
          .exception();
    }
    return threads;
  }

  /** How to open it. */
  public ModelOptions options() {
    ModelOptions options = ModelOptions.DEFAULT.provider(Provider.of(provider)).threads(threads());
    return tokenizer == null ? options : options.tokenizer(tokenizer);
  }
}
