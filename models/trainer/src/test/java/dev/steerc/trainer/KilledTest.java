package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.runtime.format.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that are killed as by {@code kill -9}, and go on. */
class KilledTest {
  private static final Recipe LONG = new Recipe(Toy.SIZES, 300, 128, 3, 5, 7);

  @TempDir Path folder;

  /** The training that is killed: it saves after every step. */
  static final class Victim {
    private Victim() {}

    public static void main(String... args) {
      new Trainer(LONG, Toy.lessons(), Path.of(args[0]), Toy.SILENCE, 1).run();
    }
  }

  @Test
  void aKilledTrainingGivesTheSameWeights() throws Exception {
    Path killed = Files.createDirectory(folder.resolve("killed"));
    int before = 0;
    for (int kill = 0; kill < 2; kill++) {
      killBehind(before, killed);
      Safetensors state = Safetensors.read(killed.resolve(Trainer.STATE));
      before = Integer.parseInt(state.metadata().get("step"));
      assertThat(before).isBetween(1, LONG.steps() - 1);
    }
    Path whole = Files.createDirectory(folder.resolve("whole"));
    train(killed);
    train(whole);
    assertThat(killed.resolve(Trainer.WEIGHTS))
        .hasBinaryContent(Files.readAllBytes(whole.resolve(Trainer.WEIGHTS)));
  }

  /** Starts a training and kills it soon after it has got farther than that step. */
  private static void killBehind(int step, Path folder) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-cp", classes, Victim.class.getName(), folder.toString())
            .inheritIO()
            .start();
    try {
      while (process.isAlive() && step(folder) <= step) {
        Thread.sleep(1);
      }
      Thread.sleep(7);
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as("killed while it ran").isEqualTo(128 + 9);
  }

  /** The step of the state that is there, which is whole whenever it is looked at. */
  private static int step(Path folder) throws IOException {
    Path state = folder.resolve(Trainer.STATE);
    return Files.exists(state)
        ? Integer.parseInt(Safetensors.read(state).metadata().get("step"))
        : 0;
  }

  private static void train(Path folder) {
    new Trainer(LONG, Toy.lessons(), folder, Toy.SILENCE).run();
  }
}
