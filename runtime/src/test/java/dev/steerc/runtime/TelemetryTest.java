package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.TestData;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** ONNX Runtime's telemetry, which ends a process with a long command line, stays off. */
class TelemetryTest {

  /** A host in a process of its own. */
  static final class Host {
    public static void main(String[] args) {
      SteeredModel.open(Path.of(args[0])).close();
    }
  }

  @Test
  void aLongCommandLineDoesNotCrash() throws Exception {
    Path model = TestData.root().resolve("testdata/graphs/one-block.onnx");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dlong=" + "x".repeat(9000),
            "-cp",
            System.getProperty("java.class.path"),
            Host.class.getName(),
            model.toString());
    builder.environment().remove("ORT_DISABLE_TELEMETRY");
    Process process = builder.inheritIO().start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
