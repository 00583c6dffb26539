package dev.steerc.cli;

import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.ahead.PreparedCache;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model to generate with, which can be prepared. */
public final class GeneratingModelArgs extends SteeredModelArgs {
  @Option(
      names = "--prepared",
      description = "Prepare the model in the cache, once, and open that; see steerc prepare.")
  private boolean prepared;

  /**
   * Opens the model.
   *
   * @param oneByOne whether it is for a text or few, one at a time
   */
  public SteeredModel open(boolean oneByOne) {
    ModelOptions options = options().oneByOne(oneByOne);
    return prepared
        ? new PreparedCache(cache())
            .open(path(), options, line -> System.err.println("note: " + line))
        : SteeredModel.open(path(), options);
  }

  /** Where the system keeps what can be made again. */
  private static Path cache() {
    String own = System.getenv("STEERC_CACHE");
    if (own != null) {
      return Path.of(own);
    }
    String shared = System.getenv("XDG_CACHE_HOME");
    Path caches =
        shared != null && Path.of(shared).isAbsolute()
            ? Path.of(shared)
            : Path.of(System.getProperty("user.home"), ".cache");
    return caches.resolve("steerc").resolve("prepared");
  }
}
