package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Gpt2;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {
  @TempDir Path folder;

  @Test
  void namesComeBackAsTheSameModel() {
    Gpt2 model = Gpt2.random(Toy.SIZES, 5);
    Map<String, Floats> weights = Names.floats(model);
    Gpt2 back = Names.model(Names.config(weights, 3), weights);
    assertThat(back.config()).isEqualTo(Toy.SIZES);
    assertThat(Names.floats(back).get("h.1.mlp.c_proj.weight").values())
        .isEqualTo(model.blocks().get(1).down().matrix().values());
  }

  @Test
  void anExportedTrainingIsTheSameModel() {
    Model model = new Trainer(Toy.RECIPE, Toy.lessons(), folder, Toy.SILENCE).run();
    Path onnx = Export.write(Export.weights(folder), folder);
    Agreement agreement = Agreement.of(onnx, model.halved(), List.of(new long[] {9, 10, 11}), 8);
    assertThat(agreement.holds()).as(agreement.toString()).isTrue();
  }

  @Test
  void otherWeightsDoNotAgree() {
    Path onnx = Export.write(Gpt2.random(Toy.SIZES, 5), folder);
    Gpt2 other = Model.of(Gpt2.random(Toy.SIZES, 6)).halved();
    assertThat(Agreement.of(onnx, other, List.of(new long[] {9, 10}), 8).holds()).isFalse();
  }

  @Test
  void aModelHasAsManyParametersAsItsSizesSay() {
    int hidden = Toy.SIZES.hidden();
    int block = 12 * hidden * hidden + 13 * hidden;
    int embeddings = (Toy.SIZES.vocab() + Toy.SIZES.positions()) * hidden;
    assertThat(Names.count(Gpt2.random(Toy.SIZES, 5)))
        .isEqualTo(embeddings + Toy.SIZES.blocks() * block + 2 * hidden);
  }
}
