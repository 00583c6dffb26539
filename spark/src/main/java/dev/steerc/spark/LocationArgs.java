package dev.steerc.spark;

import dev.steerc.cli.SteerArgs;
import dev.steerc.runtime.Provider;
import dev.steerc.runtime.steering.VectorStore;
import dev.steerc.spark.ship.Location;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model of a job, and where it computes. */
final class LocationArgs {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A .onnx file, patched or not, or a folder with one decoder: a path that all machines"
              + " see, a URI such as s3a://…, or files:NAME of spark-submit's --files.")
  private String model;

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Where to compute: cpu (the default) or cuda.")
  private String provider;

  Location location() {
    return Location.parse(model);
  }

  /** What the user calls it. */
  String name() {
    return model;
  }

  /**
   * The vectors that the driver reads: of {@code --vectors}, or of the folder {@code vectors}
   * beside the model; where the driver does not see that, in the folder it was started in.
   */
  VectorStore vectors(SteerArgs steer) {
    return steer.store(Path.of(location() instanceof Location.Shared ? model : ""));
  }

  Provider provider() {
    return Provider.of(provider);
  }
}
