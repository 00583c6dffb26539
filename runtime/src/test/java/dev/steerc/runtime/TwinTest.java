package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Project;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model is patched with does not get into the way of what is looked at. */
class TwinTest {
  private static final Site.InBlock BRANCH = new Site.InBlock(1, Site.Kind.MLP_OUT);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"1.resid_post:bias", "1.mlp_out:project@2", "0.resid_post:tap"})
  void activationsAreThoseOfTheOriginal(String patched) {
    List<Intervention> needs = List.of(new Tap(BRANCH), new Project(BRANCH, OptionalInt.empty()));
    assertThat(seen(TestModels.patched("withpast", folder, patched), needs))
        .isDeepEqualTo(seen(TestModels.graph("withpast"), needs));
  }

  /** One without a cache scores all positions in one run or never. */
  @Test
  void scoresAreThereWhereTheModelHasTheLast() {
    Path last = folder.resolve("last.onnx");
    Request request = Request.of(List.of(), InputMode.OPTIONAL).withLastLogits(true);
    Steerc.patch(TestModels.graph("nopast-op17"), request, last);
    List<Intervention> needs = List.of(new Tap(BRANCH));
    assertThat(seen(last, needs)).isDeepEqualTo(seen(TestModels.graph("nopast-op17"), needs));
  }

  private static float[][] seen(Path model, List<Intervention> needs) {
    try (Twin twin = Twin.open(model, description -> needs, ModelOptions.DEFAULT)) {
      assertThat(twin.isCopy()).isTrue();
      Trace trace = twin.model().trace(Prompt.ofIds(3, 1, 4)).get(0);
      return new float[][] {trace.logprobs(), trace.activations().get(BRANCH).values()};
    }
  }
}
