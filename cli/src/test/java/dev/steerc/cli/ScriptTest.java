package dev.steerc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the start script builds. */
class ScriptTest {
  @TempDir Path folder;

  /** There are no sources here, so that it ends at once; that it begins is what counts. */
  @Test
  void whatWasNeverBuiltIsBuilt() throws Exception {
    assertThat(start()).contains("steerc: building, once", "error[internal]: the build failed");
  }

  @Test
  void whatIsNewerThanItsSourcesIsNotBuilt() throws Exception {
    Files.createDirectories(folder.resolve("cli/target"));
    Files.createFile(folder.resolve("cli/target/steerc-built"));
    assertThat(start()).doesNotContain("building").contains("dev.steerc.cli.Main");
  }

  /** The jar is no jar here, so that there is nothing to prepare. */
  @Test
  void besideItsJarNothingIsBuilt() throws Exception {
    Files.createFile(folder.resolve("steerc-cli-0.1.0.jar"));
    assertThat(start())
        .doesNotContain("building")
        .contains("every start will take longer", "dev.steerc.cli.Main");
    assertThat(folder.resolve("steerc-built")).exists();
    assertThat(folder.resolve("cli")).doesNotExist();
    assertThat(start()).doesNotContain("every start will take longer");
  }

  private String start() throws Exception {
    Path script = folder.resolve("steerc");
    Files.copy(Steered.root().resolve("steerc"), script, StandardCopyOption.REPLACE_EXISTING);
    Process process =
        new ProcessBuilder("bash", script.toString(), "--version")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isNotZero();
    return said;
  }
}
