package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Steerc;
import dev.steerc.onnx.ModelFile;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.Bias;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Plan;
import dev.steerc.plan.Port;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.proof.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws 1, 2 and 3 for the bias of a branch, in every model that has one. */
class BiasLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 7);
  private static final double AS_ADDED = 1e-5;

  @TempDir private Path folder;

  static List<ModelUnderTest> models() {
    return ModelUnderTest.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void biasIsTheOriginalUnfedAndAnAdditionFed(ModelUnderTest model) {
    List<Site> sites = biased(model);
    assumeTrue(!sites.isEmpty(), model + " has no bias that can be steered");
    Path bias = folder.resolve("bias.onnx");
    Path add = folder.resolve("add.onnx");
    Plan plan = patch(model, sites, Bias::new, bias);
    patch(model, sites, AddVector::new, add);
    assertThat(plan.patch().addedNodes()).as(model.name()).isZero();
    Path restored = folder.resolve("restored.onnx");
    Steerc.unpatch(bias, restored);
    assertThat(restored).as(model.name()).hasSameBinaryContentAs(model.path());
    for (OptLevel level : levels(model)) {
      compare(model, plan, level, bias, add);
    }
  }

  private static List<OptLevel> levels(ModelUnderTest model) {
    return ModelUnderTest.families().contains(model)
        ? List.of(OptLevel.NO_OPT, OptLevel.ALL_OPT)
        : List.of(OptLevel.values());
  }

  private static void compare(
      ModelUnderTest model, Plan plan, OptLevel level, Path bias, Path add) {
    Map<String, Floats> biases = new HashMap<>();
    Map<String, Floats> vectors = new HashMap<>();
    vectors(plan, biases, vectors);
    try (Engine original = Engine.open(model.path(), level);
        Engine biased = Engine.open(bias, level);
        Engine added = Engine.open(add, level)) {
      for (Trial trial : Trial.of(original.inputs(), Optional.of(model.residual()), SEED)) {
        Map<String, Floats> expected = runnable(original, trial);
        Map<String, Floats> unfed =
            expected.isEmpty() ? expected : biased.run(trial.feeds(), Map.of());
        expected.forEach(
            (name, value) ->
                assertThat(unfed.get(name).values())
                    .as(model + ", " + level + ", " + name)
                    .isEqualTo(value.values()));
        if (!expected.isEmpty()) {
          Floats fed = biased.run(trial.feeds(), biases).get("logits");
          Floats sum = added.run(trial.feeds(), vectors).get("logits");
          if (fed != null && !model.kind().isQuantised()) {
            assertThat(fed.distance(sum) / Math.max(1, sum.magnitude()))
                .as(model + ", " + level)
                .isLessThanOrEqualTo(AS_ADDED);
            assertThat(fed.distance(expected.get("logits"))).isPositive();
          }
        }
      }
    }
  }

  private static Map<String, Floats> runnable(Engine original, Trial trial) {
    try {
      return original.run(trial.feeds(), Map.of());
    } catch (SteercException e) {
      return Map.of(); // half of a pair runs prompts or steps
    }
  }

  /** The same random vectors for both: on their own, and on top of the biases. */
  private static void vectors(Plan plan, Map<String, Floats> biases, Map<String, Floats> vectors) {
    Random random = new Random(SEED);
    for (Plan.Step step : plan.steps()) {
      Port port = step.ports().get(0);
      Floats vector = Floats.filled(0, 1, 1, step.width());
      Floats bias = Floats.filled(0, step.width());
      for (int i = 0; i < step.width(); i++) {
        vector.values()[i] = (float) (0.3 * random.nextGaussian());
        bias.values()[i] = port.neutral(i) + vector.values()[i];
      }
      biases.put(port.name(), bias);
      vectors.put("steer." + step.intervention().site().path() + ".add", vector);
    }
  }

  private static Plan patch(
      ModelUnderTest model, List<Site> sites, Request.Operation operation, Path output) {
    List<Intervention> all = sites.stream().map(operation::at).toList();
    return Steerc.patch(model.path(), Request.of(all, InputMode.OPTIONAL), output).plan();
  }

  /** The branches that end in a bias; of the others the refusal says why. */
  private static List<Site> biased(ModelUnderTest model) {
    ModelFile file = ModelFile.open(model.path());
    List<Site> sites = new ArrayList<>();
    for (Site.InBlock site : model.sites()) {
      boolean isBranch = Arrays.asList(Site.Kind.ATTN_OUT, Site.Kind.MLP_OUT).contains(site.kind());
      if (isBranch && isTaken(file, model, site)) {
        sites.add(site);
      }
    }
    return sites;
  }

  private static boolean isTaken(ModelFile file, ModelUnderTest model, Site site) {
    try {
      Plan.of(file, Optional.of(model.residual()), List.of(new Bias(site)), InputMode.OPTIONAL);
      return true;
    } catch (SteercException e) {
      assertThat(e.problems()).allMatch(problem -> problem.code() == Code.NO_BIAS);
      return false;
    }
  }
}
