package dev.steerc.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.Gpt2Reference.Edit;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.format.Safetensors;
import java.nio.ByteBuffer;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingTest {
  private static final Recipe RECIPE = Toy.RECIPE;
  private static final Offset<Double> CLOSE = within(1e-4);

  @BeforeAll
  static void load() {
    Torch.load();
  }

  @Test
  void forwardPassEqualsTheReference() {
    Gpt2 weights = Gpt2.random(Toy.SIZES, 5);
    long[] ids = {4, 9, 1, 15, 62, 0, 33};
    double[][] expected = Gpt2Reference.run(weights, Batch.single(ids), Edit.NONE).logits()[0];
    float[] logits = new Greedy(Model.of(weights)).allLogits(ids);
    for (int i = 0; i < logits.length; i++) {
      double reference = expected[i / Toy.SIZES.vocab()][i % Toy.SIZES.vocab()];
      assertThat((double) logits[i]).isCloseTo(reference, CLOSE);
    }
  }

  @Test
  void paddingChangesNoLoss() {
    Model model = Model.of(Gpt2.random(Toy.SIZES, 5));
    int[] shorter = {4, 9, 1};
    int[] longer = {8, 2, 40, 41, 42};
    double together = loss(model, List.of(shorter, longer));
    double apart = 3 * loss(model, List.of(shorter)) + 5 * loss(model, List.of(longer));
    assertThat(together).isCloseTo(apart / 8, CLOSE);
  }

  @Test
  void aStepLowersTheLoss() {
    Training training = Training.begin(new Recipe(Toy.SIZES, 20, 128, 0, 0, 7));
    Batches.Rows rows = Toy.batches().at(0);
    double first = training.step(rows);
    assertThat(loss(training.model(), rows)).isLessThan(first);
  }

  @Test
  void oneSeedGivesTheSameBytes() {
    assertThat(train(Training.begin(RECIPE), 20)).isEqualTo(train(Training.begin(RECIPE), 20));
  }

  @Test
  void anInterruptedTrainingGivesTheSameBytes() {
    byte[] half = train(Training.begin(RECIPE), 11);
    Safetensors state = Safetensors.read(ByteBuffer.wrap(half), "state");
    assertThat(train(Training.resume(RECIPE, state), 20))
        .isEqualTo(train(Training.begin(RECIPE), 20));
  }

  @Test
  void anUpdateHasSingularValuesNearOne() {
    Floats matrix = Names.floats(Gpt2.random(Toy.SIZES, 2)).get("h.0.mlp.c_fc.weight");
    float[] gram = Torch.withoutGradient(() -> Torch.floats(gram(Torch.tensor(matrix))).values());
    for (int i = 0; i < Toy.SIZES.hidden(); i++) {
      assertThat(gram[i * Toy.SIZES.hidden() + i]).isBetween(0.3f, 1.6f);
    }
  }

  private static Tensor gram(Tensor matrix) {
    Tensor update = Muon.orthogonal(matrix);
    return update.mm(update.t());
  }

  private static byte[] train(Training training, int until) {
    Batches batches = Toy.batches();
    while (training.steps() < until) {
      training.step(batches.at(training.steps()));
    }
    return training.state().toBytes();
  }

  private static double loss(Model model, List<int[]> documents) {
    return loss(model, Toy.batches(documents).at(0));
  }

  private static double loss(Model model, Batches.Rows rows) {
    return Torch.withoutGradient(() -> (double) model.loss(rows).item_float());
  }

  @Test
  void loadingLeavesOneThread() {
    assertThat(openblas.blas_get_num_threads()).isEqualTo(1);
    assertThat(torch.get_num_threads()).isEqualTo(1);
  }

  @Test
  void theRateRisesAndFalls() {
    assertThat(RECIPE.part(0)).isBetween(0.3, 0.4);
    assertThat(RECIPE.part(10)).isEqualTo(1);
    assertThat(RECIPE.part(19)).isBetween(0.1, 0.2);
  }
}
