package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts that are given to a model, and what it makes of them. */
class TraceTest {
  private static final long SEED = Long.getLong("steerc.seed", 47);
  private static final int VOCABULARY = 96;
  private static final int WIDTH = 24;
  private static final Site.InBlock EARLY = new Site.InBlock(1, Site.Kind.RESID_MID);
  private static final Site.InBlock LATE = new Site.InBlock(2, Site.Kind.RESID_POST);
  private static final long[] IDS = {4, 8, 15, 16, 23, 42};

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private final Vector vector = Vector.of("v", floats(2).values());
  private Path path;

  @BeforeEach
  void patch() throws IOException {
    path =
        TestModels.patched(
            "withpast", folder, "1.resid_mid:tap", "2.resid_post:add", "2.resid_post:tap");
    Files.writeString(path.resolveSibling("config.json"), "{\"n_positions\": 32}");
  }

  @Test
  void scoresAreProbabilitiesOfTheTextsOwnTokens() {
    try (SteeredModel model = SteeredModel.open(path)) {
      double all = 0;
      List<Prompt> ends = new ArrayList<>();
      for (long last = 0; last < VOCABULARY; last++) {
        ends.add(Prompt.ofIds(4, 8, last));
      }
      for (Trace trace : model.trace(ends, Set.of())) {
        all += Math.exp(trace.logprobs()[2]);
        assertThat(trace.logprobs()[0]).isZero();
      }
      assertThat(all).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void manyTextsAreTracedInTheirOrder() {
    try (SteeredModel model = SteeredModel.open(path)) {
      List<Prompt> prompts = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int length = 1 + random.nextInt(32);
        prompts.add(Prompt.ofIds(random.longs(length, 0, VOCABULARY).toArray()));
      }
      List<Trace> traces = model.trace(prompts, Set.of(LATE));
      for (int i = 0; i < 100; i += 9) {
        Trace alone = model.trace(prompts.get(i)).get(0);
        assertThat(traces.get(i).tokens()).isEqualTo(prompts.get(i).ids().orElseThrow());
        assertThat(traces.get(i).logprobs()).containsExactly(alone.logprobs(), within(1e-4f));
        checkSame(traces.get(i).activations().get(LATE), alone.activations().get(LATE));
      }
    }
  }

  /** The scores of a long text in GPT-2's vocabulary are 200 MB. */
  @Test
  void longTextsRunFewAtATime() {
    assertThat(Memory.atOnce(1024, 50_257)).isEqualTo(1);
    assertThat(Memory.atOnce(100, 50_257)).isEqualTo(13);
    assertThat(Memory.atOnce(10, 50_257)).isEqualTo(32);
    assertThat(Memory.atOnce(131_072, 250_000)).isEqualTo(1);
  }

  @Test
  void tapsCanBeChosenAndLeftOut() {
    try (SteeredModel model = SteeredModel.open(path)) {
      List<Prompt> prompt = List.of(Prompt.ofIds(IDS));
      assertThat(model.trace(prompt.get(0)).get(0).activations()).containsOnlyKeys(EARLY, LATE);
      assertThat(model.trace(prompt, Set.of(LATE)).get(0).activations()).containsOnlyKeys(LATE);
      assertThat(model.trace(prompt, Set.of()).get(0).activations()).isEmpty();
      assertThat(model.trace()).isEmpty();
    }
  }

  @Test
  void steeringMovesTheStreamByItsVector() {
    try (SteeredModel model = SteeredModel.open(path)) {
      Steering steering = Steering.of(Term.of(vector, 3).at(LATE));
      List<Trace> traces = model.trace(Prompt.ofIds(IDS), Prompt.ofIds(IDS).steered(steering));
      Floats plain = traces.get(0).activations().get(LATE);
      Floats steered = traces.get(1).activations().get(LATE);
      float[] by = vector.placeless().orElseThrow().tensors().get("vector").values();
      for (int i = 0; i < plain.values().length; i++) {
        assertThat(steered.values()[i] - plain.values()[i])
            .isCloseTo(3 * by[i % WIDTH], within(1e-4f));
      }
      checkSame(traces.get(1).activations().get(EARLY), traces.get(0).activations().get(EARLY));
      assertThat(traces.get(1).logprobs()).isNotEqualTo(traces.get(0).logprobs());
    }
  }

  /** Of two rows only one sees its condition hold; the other must not be touched. */
  @Test
  void conditionsAreDecidedOnTheText() {
    try (SteeredModel model = SteeredModel.open(path)) {
      Term always = Term.of(vector, 3).at(LATE);
      Prompt asked = Prompt.ofIds(IDS);
      Floats direction = floats(1);
      Prompt holds = asked.steered(Steering.of(always.when(Condition.above(EARLY, direction, -1))));
      Prompt fails = asked.steered(Steering.of(always.when(Condition.above(LATE, direction, 1))));
      List<Trace> traces = model.trace(fails, holds, asked.steered(Steering.of(always)), asked);
      for (int row = 0; row < 2; row++) {
        Trace expected = traces.get(3 - row);
        assertThat(traces.get(row).logprobs()).containsExactly(expected.logprobs(), within(1e-5f));
        for (Site site : List.of(EARLY, LATE)) {
          checkSame(traces.get(row).activations().get(site), expected.activations().get(site));
        }
      }
      Trace scores = model.trace(List.of(fails), Set.of()).get(0);
      assertThat(scores.activations()).isEmpty();
      assertThat(scores.logprobs()).containsExactly(traces.get(3).logprobs(), within(1e-5f));
    }
  }

  /** A decoder that takes one token at a time, without the half that runs prompts. */
  @Test
  void textsMayBeRunTokenByToken() {
    assumeTrue(TestModels.isSharedThere(), "no ../shared/graphs");
    String[] targets = {"1.resid_mid:tap", "2.resid_post:add", "2.resid_post:tap"};
    try (SteeredModel all = SteeredModel.open(half("decoder_model.onnx", targets));
        SteeredModel one = SteeredModel.open(half("decoder_with_past_model.onnx", targets))) {
      Prompt[] prompts = {Prompt.ofIds(4), Prompt.ofIds(IDS), Prompt.ofIds(7, 9, 11)};
      List<Trace> expected = all.trace(prompts);
      List<Trace> measured = one.trace(prompts);
      for (int row = 0; row < prompts.length; row++) {
        assertThat(measured.get(row).logprobs())
            .containsExactly(expected.get(row).logprobs(), within(1e-4f));
        for (Site site : List.of(EARLY, LATE)) {
          checkSame(
              measured.get(row).activations().get(site), expected.get(row).activations().get(site));
        }
      }
    }
  }

  private Path half(String file, String... targets) {
    Path model = TestModels.shared("gpt2a-o19-legacy-op13/" + file);
    return TestModels.patched(model, folder, InputMode.OPTIONAL, targets);
  }

  @Test
  void badPromptsGetTheirProblems() {
    try (SteeredModel model = SteeredModel.open(path)) {
      assertThat(problem(model, Prompt.ofIds()).code()).isEqualTo(Code.EMPTY_PROMPT);
      assertThat(problem(model, Prompt.ofIds(96)).code()).isEqualTo(Code.UNKNOWN_TOKEN);
      assertThat(problem(model, Prompt.ofIds(new long[33])).code()).isEqualTo(Code.PROMPT_TOO_LONG);
      assertThat(problem(model, Prompt.of("text")).code()).isEqualTo(Code.NO_TOKENIZER);
      Steering elsewhere = Steering.of(Term.of(vector, 1).at(0));
      assertThat(problem(model, Prompt.ofIds(1).steered(elsewhere)).code())
          .isEqualTo(Code.PORT_MISSING);
      assertThat(model.trace(Prompt.ofIds(new long[32])).get(0).logprobs()).hasSize(32);
    }
  }

  @Test
  void numbersThatOverflowAreAProblem() {
    try (SteeredModel model = SteeredModel.open(path)) {
      Term most = Term.of(Vector.of("most", Floats.filled(3e38f, WIDTH).values()), 1).at(LATE);
      Steering huge = Steering.of(most, most);
      assertThat(problem(model, Prompt.ofIds(IDS).steered(huge)).code())
          .isEqualTo(Code.SCORES_NOT_FINITE);
      assertThat(model.trace(Prompt.ofIds(IDS)).get(0).logprobs()).hasSize(IDS.length);
    }
  }

  @Test
  void tapThatIsNotThereIsNamed() {
    try (SteeredModel model = SteeredModel.open(path)) {
      Site none = new Site.InBlock(3, Site.Kind.MLP_OUT);
      Problem problem = problem(() -> model.trace(List.of(Prompt.ofIds(1)), Set.of(LATE, none)));
      assertThat(problem.code()).isEqualTo(Code.TAP_MISSING);
      assertThat(problem.what()).isEqualTo("3.mlp_out is no output of the model");
      assertThat(problem.help()).contains("--at 3.mlp_out:tap");
    }
  }

  @Test
  void closedModelTracesNothing() {
    SteeredModel model = SteeredModel.open(path);
    model.close();
    assertThat(problem(model, Prompt.ofIds(1)).code()).isEqualTo(Code.MODEL_CLOSED);
  }

  private static Problem problem(SteeredModel model, Prompt prompt) {
    return problem(() -> model.trace(prompt));
  }

  private static Problem problem(Runnable work) {
    List<Problem> problems = new ArrayList<>();
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(work::run)
        .satisfies(e -> problems.addAll(e.problems()));
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  private static void checkSame(Floats measured, Floats expected) {
    assertThat(measured.distance(expected)).as("seed " + SEED).isLessThan(1e-4);
  }

  private Floats floats(double size) {
    float[] values = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      values[i] = (float) (size * random.nextGaussian());
    }
    return new Floats(new long[] {WIDTH}, values);
  }
}
