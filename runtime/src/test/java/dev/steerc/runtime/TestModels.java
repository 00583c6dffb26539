package dev.steerc.runtime;

import dev.steerc.Steerc;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Small models, patched for one test. */
public final class TestModels {
  private static final Path SHARED = TestData.root().resolve("../shared/graphs").normalize();

  private TestModels() {}

  /** A committed graph. */
  public static Path graph(String name) {
    return TestData.root().resolve("testdata/graphs/" + name + ".onnx");
  }

  /** A file of a real exporter's; look whether {@link #isSharedThere}. */
  public static Path shared(String file) {
    return SHARED.resolve(file);
  }

  public static boolean isSharedThere() {
    return Files.isDirectory(SHARED);
  }

  /** A committed graph with ports that have defaults. */
  public static Path patched(String name, Path folder, String... targets) {
    return patched(graph(name), folder, InputMode.OPTIONAL, targets);
  }

  /**
   * A patched model in a folder of its own.
   *
   * @param targets as {@code --at} takes them
   */
  public static Path patched(Path model, Path folder, InputMode mode, String... targets) {
    List<Intervention> parsed =
        Arrays.stream(targets).map(t -> Target.parse(t, OptionalInt.empty())).toList();
    try {
      Path output = Files.createTempDirectory(folder, "patched").resolve(model.getFileName());
      Steerc.patch(model, Request.of(parsed, mode), output);
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
