package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Steerc;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.residual.Stream;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.Feed;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.proof.Check;
import dev.steerc.runtime.proof.Proof;
import dev.steerc.runtime.proof.Trial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with {@code --last-logits} scores each row's last position as the original does. */
class LastLogitsLawTest {
  private static final long SEED = 11;
  private static final int PADDED = 2;
  private static final int TOKENS = 8;

  /** Of the largest logit; in half precision and with quantised linears, what their kind allows. */
  private static final double FLOAT32_STEP = 1e-5;

  /** What scores no positions, chooses some already, or cannot tell which one is a row's last. */
  private static final Set<String> REFUSED =
      Set.of(
          "static-idsonly-ir3",
          "no-head",
          "no-head-normed",
          "last-token",
          "flat-gpt",
          "flat-llama",
          "gpt2a-raw13-static-idsonly-op11",
          "h-ort-gpt2-one-layer");

  @TempDir private Path folder;

  /** A run, and which of its positions is each row's last. */
  private record Run(String name, Map<String, Feed> feeds, int[] last) {}

  static List<ModelUnderTest> models() {
    return ModelUnderTest.all();
  }

  static List<ModelUnderTest> committed() {
    return ModelUnderTest.committed();
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAreThoseOfTheLastPosition(ModelUnderTest model) {
    if (REFUSED.contains(model.name())) {
      assertRefused(model);
      return;
    }
    Path patched = patch(model, List.of());
    List<OptLevel> levels =
        ModelUnderTest.committed().contains(model)
            ? List.of(OptLevel.NO_OPT, OptLevel.ALL_OPT)
            : List.of(OptLevel.ALL_OPT);
    for (OptLevel level : levels) {
      try (Engine original = Engine.open(model.path(), level);
          Engine last = Engine.open(patched, level)) {
        int compared = 0;
        for (Run run : runs(model, original)) {
          compared += compare(model, original, last, run) ? 1 : 0;
        }
        assertThat(compared).as(model + " ran").isPositive();
      }
    }
  }

  /** False when the original itself does not run that: half of a pair runs prompts or steps. */
  private static boolean compare(ModelUnderTest model, Engine original, Engine last, Run run) {
    Map<String, Floats> whole;
    try {
      whole = original.run(run.feeds(), Map.of());
    } catch (SteercException e) {
      return false;
    }
    Map<String, Floats> cut = last.run(run.feeds(), Map.of());
    String logits = logits(model);
    whole.forEach(
        (name, values) -> {
          if (name.equals(logits)) {
            Floats expected = at(values, run.last());
            double bound =
                model.kind() == ModelUnderTest.Kind.FLOAT32
                    ? FLOAT32_STEP * Math.max(1, expected.magnitude())
                    : model.kind().tolerance();
            Comparison.report("last logits " + model, expected.distance(cut.get(name)));
            assertThat(expected.distance(cut.get(name)))
                .as(model + ", " + run.name())
                .isLessThanOrEqualTo(bound);
          } else {
            assertThat(cut.get(name).values()).as(model + ", " + name).isEqualTo(values.values());
          }
        });
    return true;
  }

  private static String logits(ModelUnderTest model) {
    Stream stream = model.residual().streams().get(0);
    int index = stream.tail().logits();
    return stream
        .graph()
        .outer()
        .map(
            outer ->
                outer.nodes().stream()
                    .filter(node -> node.subgraphs().contains(stream.graph()))
                    .map(node -> node.output(index))
                    .findFirst()
                    .orElseThrow())
        .orElseGet(() -> stream.graph().outputs().get(index).name());
  }

  /** One position of each row. */
  private static Floats at(Floats values, int[] positions) {
    int width = values.width();
    float[] chosen = new float[positions.length * width];
    for (int row = 0; row < positions.length; row++) {
      int from = (row * (int) values.dims()[1] + positions[row]) * width;
      System.arraycopy(values.values(), from, chosen, row * width, width);
    }
    return new Floats(new long[] {positions.length, 1, width}, chosen);
  }

  private void assertRefused(ModelUnderTest model) {
    assertThatThrownBy(() -> patch(model, List.of()))
        .isInstanceOfSatisfying(
            SteercException.class,
            e ->
                assertThat(e.problems().get(0).code())
                    .as(model + ": " + e.problems())
                    .isEqualTo(Code.LAST_LOGITS));
  }

  /** Prompts and steps: as they are, padded in front and padded behind. */
  private static List<Run> runs(ModelUnderTest model, Engine engine) {
    String mask = model.residual().streams().get(0).tail().padding().mask();
    List<Run> runs = new ArrayList<>();
    for (Trial trial : Trial.of(engine.inputs(), Optional.of(model.residual()), SEED)) {
      int[] last = new int[trial.rows()];
      Arrays.fill(last, trial.tokens() - 1);
      runs.add(new Run(trial.name(), trial.feeds(), last));
      if (!mask.isEmpty()) {
        runs.add(new Run(trial.name() + ", left", padded(trial, mask, 0), last));
        int[] earlier = last.clone();
        earlier[0] = Math.max(0, trial.tokens() - 1 - PADDED);
        int from = trial.past() + trial.tokens() - PADDED;
        runs.add(new Run(trial.name() + ", right", padded(trial, mask, from), earlier));
      }
    }
    return runs;
  }

  /** The same with padding in the first row, from a column on. */
  private static Map<String, Feed> padded(Trial trial, String mask, int from) {
    Feed whole = trial.feeds().get(mask);
    Map<String, Feed> feeds = new HashMap<>(trial.feeds());
    Feed some = Feed.of(whole.type(), whole.dims(), i -> i >= from && i < from + PADDED ? 0 : 1);
    feeds.put(mask, some);
    return feeds;
  }

  @ParameterizedTest
  @MethodSource("committed")
  void unpatchGivesTheOriginalBack(ModelUnderTest model) {
    if (!REFUSED.contains(model.name())) {
      Path patched = patch(model, List.of());
      Path restored = fresh().resolve(model.path().getFileName());
      Steerc.unpatch(patched, restored);
      assertThat(restored).as(model.name()).hasSameBinaryContentAs(model.path());
    }
  }

  /** What is steered or tapped at the last block has all of its positions. */
  @Test
  void positionsAreDroppedBehindWhatIsSteered() {
    ModelUnderTest model = committed("withpast");
    Site site = new Site.InBlock(3, Site.Kind.RESID_POST);
    Path plain = fresh().resolve("plain.onnx");
    List<Intervention> both = List.of(new AddVector(site), new Tap(site));
    Steerc.patch(model.path(), Request.of(both, InputMode.OPTIONAL), plain);
    try (Engine whole = Engine.open(plain, OptLevel.ALL_OPT);
        Engine cut = Engine.open(patch(model, both), OptLevel.ALL_OPT)) {
      Trial trial = Trial.of(whole.inputs(), Optional.of(model.residual()), SEED).get(0);
      int width = model.residual().hidden();
      Floats vector = new Inputs(SEED).tensor(1, 0, trial.rows(), trial.tokens(), width);
      Map<String, Floats> feeds = Map.of("steer.blocks.3.resid_post.add", vector);
      Map<String, Floats> expected = whole.run(trial.feeds(), feeds);
      Map<String, Floats> measured = cut.run(trial.feeds(), feeds);
      String tap = new Tap(site).output();
      assertThat(measured.get(tap).distance(expected.get(tap))).isZero();
      assertThat(expected.get("logits").lastOfRows().distance(measured.get("logits")))
          .isLessThan(1e-4);
    }
  }

  @Test
  void patchingAgainKeepsIt() {
    ModelUnderTest model = committed("withpast");
    List<Intervention> add = List.of(new AddVector(new Site.InBlock(1, Site.Kind.RESID_POST)));
    Path atOnce = patch(model, add);
    Path again = fresh().resolve(model.path().getFileName());
    Steerc.patch(patch(model, List.of()), Request.of(add, InputMode.OPTIONAL), again);
    assertThat(again).hasSameBinaryContentAs(atOnce);
    assertThat(Steerc.inspect(again).manifest().orElseThrow().lastLogits()).isTrue();
  }

  /** The proof of a patch compares the last position, and holds. */
  @ParameterizedTest
  @ValueSource(strings = {"merged", "int8", "fused"})
  void verifyHolds(String name) {
    ModelUnderTest model = committed(name);
    List<Intervention> add = List.of(new AddVector(new Site.InBlock(1, Site.Kind.RESID_POST)));
    Proof proof = Proof.of(model.path(), patch(model, add), SEED, (what, done, all) -> {});
    assertThat(proof.checks()).allMatch(Check::holds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"withpast", "merged", "nopast-op17", "int8", "fused", "llama-genai"})
  void textsAreTheSame(String name) {
    ModelUnderTest model = committed(name);
    Prompt[] prompts = {prompt(5, 17, 3, 44), prompt(9, 31)};
    try (SteeredModel whole = SteeredModel.open(model.path());
        SteeredModel last = SteeredModel.open(patch(model, List.of()))) {
      assertThat(tokens(last, prompts)).isEqualTo(tokens(whole, prompts));
    }
  }

  private static Prompt prompt(long... ids) {
    return Prompt.ofIds(ids)
        .with(settings -> settings.greedy().maxNewTokens(TOKENS).endTokens(Set.of()));
  }

  private static List<List<Long>> tokens(SteeredModel model, Prompt... prompts) {
    return model.generate(prompts).stream()
        .map(text -> Arrays.stream(text.orThrow().tokens()).boxed().toList())
        .toList();
  }

  private static ModelUnderTest committed(String name) {
    return models().stream().filter(model -> model.name().equals(name)).findFirst().orElseThrow();
  }

  private Path patch(ModelUnderTest model, List<Intervention> interventions) {
    Path output = fresh().resolve(model.path().getFileName());
    Request request = Request.of(interventions, InputMode.OPTIONAL).withLastLogits(true);
    Steerc.patch(model.path(), request, output);
    return output;
  }

  private Path fresh() {
    try {
      return Files.createTempDirectory(folder, "output");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
