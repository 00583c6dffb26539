package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  @TempDir Path folder;

  @Test
  void aShortTrainingDeliversAModelThatSpeaks() {
    assertThat(train("--steps", "3")).isZero();
    Path demo = folder.resolve("demo");
    Trained trained = Trained.read(demo);
    assertThat(trained.fact("steps")).isEqualTo(3);
    assertThat(trained.model()).isEqualTo(Digest.of(demo.resolve(Export.MODEL)));
    assertThat(trained.agreement().holds()).isTrue();
    assertThat(trained.agreement().tokens()).isEqualTo(20 * 40);
    try (SteeredModel model = SteeredModel.open(demo.resolve(Export.MODEL))) {
      Prompt prompt = Prompt.of("Anna").with(settings -> settings.maxNewTokens(3));
      assertThat(model.generate(prompt).get(0).orThrow().tokens()).hasSize(3);
    }
    assertThat(train("--steps", "4")).as("another recipe in the same folder").isEqualTo(2);
    assertThat(Trained.read(demo)).isEqualTo(trained);
  }

  @Test
  void nothingIsTrainedInNoSteps() {
    assertThat(train("--steps", "0")).isEqualTo(2);
    assertThat(Files.exists(folder.resolve("demo"))).isFalse();
  }

  private int train(String... more) {
    Stream<String> args =
        Stream.of(
            "train",
            "--documents=300",
            "--held-out=60",
            "--out=" + folder.resolve("demo"),
            "--work=" + folder.resolve("work"));
    return Main.commandLine()
        .execute(Stream.concat(args, Arrays.stream(more)).toArray(String[]::new));
  }
}
