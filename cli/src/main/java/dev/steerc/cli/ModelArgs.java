package dev.steerc.cli;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.ahead.PreparedCache;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model to run, and how to open it. */
sealed class ModelArgs permits SteeredModelArgs {
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

  @Option(
      names = "--prepared",
      description = "Prepare the model in the cache, once, and open that; see steerc prepare.")
  private boolean prepared;

  Path path() {
    return model;
  }

  SteeredModel open() {
    return open(false);
  }

  /**
   * Opens the model.
   *
   * @param oneByOne whether texts are run one at a time
   */
  SteeredModel open(boolean oneByOne) {
    ModelOptions options = options().oneByOne(oneByOne);
    return prepared
        ? new PreparedCache(cache())
            .open(model, options, line -> System.err.println("note: " + line))
        : SteeredModel.open(model, options);
  }

  /** Where the system keeps what can be made again. */
  private static Path cache() {
    String own = System.getenv("STEERC_CACHE");
    if (own != null) {
      return Path.of(own);
    }
    String shared = System.getenv("XDG_CACHE_HOME");
    Path caches =
        shared != null ? Path.of(shared) : Path.of(System.getProperty("user.home"), ".cache");
    return caches.resolve("steerc").resolve("prepared");
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
  ModelOptions options() {
    ModelOptions options = ModelOptions.DEFAULT.provider(Provider.of(provider)).threads(threads());
    return tokenizer == null ? options : options.tokenizer(tokenizer);
  }
}
