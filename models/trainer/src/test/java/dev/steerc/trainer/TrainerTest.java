package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Safetensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final Recipe RECIPE = Toy.RECIPE;

  @TempDir Path folder;

  @Test
  void theTableShowsTheLastStep() {
    var table = new ByteArrayOutputStream();
    train(RECIPE, Toy.lessons(), new PrintStream(table, true, StandardCharsets.UTF_8));
    assertThat(table.toString(StandardCharsets.UTF_8)).contains("held out").contains("    20 ");
  }

  @Test
  void aFinishedTrainingIsNotTrainedFurther() throws IOException {
    train(RECIPE, Toy.lessons(), Toy.SILENCE);
    byte[] weights = Files.readAllBytes(folder.resolve(Trainer.WEIGHTS));
    Files.delete(folder.resolve(Trainer.WEIGHTS));
    train(RECIPE, Toy.lessons(), Toy.SILENCE);
    assertThat(folder.resolve(Trainer.WEIGHTS)).hasBinaryContent(weights);
  }

  @Test
  void moreStepsAreAnotherRecipe() {
    train(RECIPE, Toy.lessons(), Toy.SILENCE);
    Recipe longer = new Recipe(Toy.SIZES, 40, 128, 3, 5, 7);
    assertThatThrownBy(() -> train(longer, Toy.lessons(), Toy.SILENCE))
        .isInstanceOf(SteercException.class)
        .hasMessage(
            """
            error[usage]: the training in `%s` has another recipe
              --> %s
              note: steps: 20 there, 40 now
              help: pass the recipe of that training, or another folder"""
                .formatted(folder, folder.resolve(Trainer.STATE)));
  }

  @Test
  void allThatDiffersIsTold() {
    train(RECIPE, Toy.lessons(), Toy.SILENCE);
    Recipe other = new Recipe(Toy.SIZES, 20, 64, 3, 5, 8);
    Lessons others = new Lessons(Toy.batches(), List.of(), Map.of("corpus", "restarts"));
    assertThatThrownBy(() -> train(other, others, Toy.SILENCE))
        .hasMessageContaining("note: tokens: 128 there, 64 now")
        .hasMessageContaining("note: seed: 7 there, 8 now")
        .hasMessageContaining("note: corpus: counting there, restarts now");
  }

  @Test
  void aStateWithoutRecipeIsRefused() {
    Training.begin(RECIPE).state().write(folder.resolve(Trainer.STATE));
    assertThatThrownBy(() -> train(RECIPE, Toy.lessons(), Toy.SILENCE))
        .hasMessageContaining("steps: not recorded there, 20 now");
  }

  @Test
  void aBrokenStateIsRefused() throws IOException {
    train(RECIPE, Toy.lessons(), Toy.SILENCE);
    Path state = folder.resolve(Trainer.STATE);
    byte[] whole = Files.readAllBytes(state);
    Files.write(state, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> train(RECIPE, Toy.lessons(), Toy.SILENCE))
        .isInstanceOf(SteercException.class)
        .hasMessageContaining("bad-tensor-file");
  }

  @Test
  void aSaveRemembersTheWholeCurve() {
    Progress progress = train(RECIPE, Toy.lessons(), Toy.SILENCE).progress();
    Safetensors state = Safetensors.read(folder.resolve(Trainer.STATE));
    assertThat(Progress.of(Fields.parse(state.metadata().get("progress")))).isEqualTo(progress);
    assertThat(progress.last().step()).isEqualTo(20);
    assertThat(progress.tokens()).isEqualTo(progress.last().tokens());
  }

  private Trainer train(Recipe recipe, Lessons lessons, PrintStream table) {
    Trainer trainer = new Trainer(recipe, lessons, folder, table);
    trainer.run();
    return trainer;
  }
}
