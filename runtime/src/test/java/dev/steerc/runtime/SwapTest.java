package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.TestData;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steering that changes while a text is generated. */
@Timeout(60)
class SwapTest {
  private static final long SEED = Long.getLong("steerc.seed", 29);
  private static final int WIDTH = 24;
  private static final long[] PROMPT = {5, 17, 60, 2};

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private final float[] first = vector();
  private final float[] second = vector();

  /** Three tokens unsteered, two with one vector, two with another, one without again. */
  @ParameterizedTest
  @ValueSource(
      strings = {"withpast", "nopast-op17", "merged", "fused", "fused-skip", "wire", "external"})
  void everySwapTakesEffectWithTheNextToken(String name) {
    try (SteeredModel model = open(name);
        Session session = session(model, 8)) {
      int[] swaps = {3, 5, 7};
      Steering[] to = {added(first), added(second), Steering.NONE};
      for (int swap = 0, token = 0; token < 8; token++) {
        if (swap < swaps.length && token == swaps[swap]) {
          session.steer(to[swap++]);
        }
        session.step();
      }
      Completion swapped = session.completions().get(0);
      Completion plain = generate(model, Steering.NONE, 8);
      assertThat(Arrays.copyOf(swapped.tokens(), 3)).isEqualTo(Arrays.copyOf(plain.tokens(), 3));
      assertThat(swapped.scores().subList(0, 3)).isEqualTo(plain.scores().subList(0, 3));
      // the token that was chosen last is the first to be run under the new steering
      int p = PROMPT.length;
      check(swapped, at -> at < p + 2 ? null : at < p + 4 ? first : at < p + 6 ? second : null);
    }
  }

  private interface Added {
    float[] at(int position);
  }

  /** All scores, by the formulas of the model in double precision. */
  private static void check(Completion completion, Added added) {
    int prompt = completion.prompt().length;
    int count = completion.tokens().length;
    long[] text = Arrays.copyOf(completion.prompt(), prompt + count - 1);
    System.arraycopy(completion.tokens(), 0, text, prompt, count - 1);
    Gpt2Reference.Edit edit =
        (site, block, value) ->
            site.equals("resid_post") && block == 1 ? steered(value, added) : value;
    double[][] logits =
        Gpt2Reference.run(TestData.graph("withpast").model(), Batch.single(text), edit).logits()[0];
    for (int step = 0; step < count; step++) {
      double[] at = logits[prompt - 1 + step];
      double sum = Arrays.stream(at).map(Math::exp).sum();
      for (TokenScore.Candidate candidate : completion.scores().get(step).best()) {
        assertThat(candidate.logprob())
            .as("seed " + SEED + ", token " + step)
            .isCloseTo(at[(int) candidate.token()] - Math.log(sum), within(1e-4));
      }
    }
  }

  private static double[][][] steered(double[][][] value, Added added) {
    double[][][] steered = {new double[value[0].length][]};
    for (int position = 0; position < value[0].length; position++) {
      double[] x = value[0][position].clone();
      float[] vector = added.at(position);
      for (int i = 0; i < x.length && vector != null; i++) {
        x[i] += vector[i];
      }
      steered[0][position] = x;
    }
    return steered;
  }

  @Test
  void swapBeforeTheFirstTokenIsTheSteering() {
    try (SteeredModel model = open("withpast");
        Session session = session(model, 4)) {
      session.steer(added(second));
      session.steer(added(first));
      assertThat(tokens(session.finish())).isEqualTo(tokens(generate(model, added(first), 4)));
    }
  }

  @Test
  void swapKeepsPositionsAndProjections() {
    Vector direction = Vector.of("d", new Edit.Ablate(floats(first)));
    Steering to =
        Steering.of(
            Term.of(direction, 1).at(1),
            Term.of(Vector.of("v", second), 1).at(1).on(Positions.after(6)));
    List<List<TokenScore>> all = new ArrayList<>();
    for (String name : List.of("withpast", "nopast-op17", "merged")) {
      Path path = TestModels.patched(name, folder, "1.resid_post:add", "1.resid_post:project");
      try (SteeredModel model = SteeredModel.open(path);
          Session session = session(model, 6)) {
        session.step();
        session.steer(to);
        all.add(session.finish().get(0).scores());
      }
    }
    for (List<TokenScore> scores : all) {
      for (int i = 0; i < 6; i++) {
        assertThat(scores.get(i).token()).isEqualTo(all.get(0).get(i).token());
        assertThat(scores.get(i).logprob()).isCloseTo(all.get(0).get(i).logprob(), within(1e-4));
      }
    }
  }

  @Test
  void oneRowIsSwappedAlone() {
    try (SteeredModel model = open("withpast");
        Session session = model.start(List.of(prompt(8), prompt(8), prompt(8)), Listener.NONE)) {
      session.step();
      session.step();
      session.steer(1, added(first));
      List<Completion> done = session.finish();
      Completion plain = generate(model, Steering.NONE, 8);
      assertThat(done.get(0).tokens()).isEqualTo(plain.tokens());
      assertThat(done.get(2).tokens()).isEqualTo(plain.tokens());
      check(done.get(1), at -> at < PROMPT.length + 1 ? null : first);
      assertThat(done.get(0).steering()).isEqualTo(Steering.NONE);
      assertThat(done.get(1).steering().terms()).hasSize(1);
    }
  }

  @Test
  void anotherThreadSwapsBetweenTwoTokens() {
    try (SteeredModel model = open("withpast")) {
      AtomicReference<Session> session = new AtomicReference<>();
      List<Long> heard = new ArrayList<>();
      Listener listener =
          (row, token, text) -> {
            heard.add(token);
            if (heard.size() == 3) {
              elsewhere(() -> session.get().steer(added(first)));
            }
          };
      session.set(model.start(List.of(prompt(8)), listener));
      try (Session running = session.get()) {
        Completion swapped = running.finish().get(0);
        check(swapped, at -> at < PROMPT.length + 2 ? null : first);
        assertThat(heard)
            .containsExactlyElementsOf(Arrays.stream(swapped.tokens()).boxed().toList());
      }
    }
  }

  /** Runs it on another thread and waits: a swap must not wait for the step that is under way. */
  private static void elsewhere(Runnable work) {
    Thread thread = new Thread(work);
    thread.start();
    try {
      thread.join(20_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertThat(thread.isAlive()).as("blocked").isFalse();
  }

  @Test
  void whatDoesNotFitChangesNothing() {
    try (SteeredModel model = open("withpast");
        Session session = session(model, 4)) {
      session.step();
      checkRefused(Code.VECTOR_WIDTH, session, Steering.of(Vector.of("v", new float[7]), 1));
      checkRefused(
          Code.PORT_MISSING, session, Steering.of(Term.of(Vector.of("v", first), 1).at(0)));
      Condition when = Condition.above(new Site.InBlock(0, Site.Kind.RESID_POST), floats(first), 0);
      Steering conditional = Steering.of(Term.of(Vector.of("v", first), 1).when(when));
      checkRefused(Code.BAD_GENERATION, session, conditional);
      assertThat(tokens(session.finish())).isEqualTo(tokens(generate(model, Steering.NONE, 4)));
    }
  }

  private static void checkRefused(Code code, Session session, Steering steering) {
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> session.steer(steering))
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(code));
  }

  /** Without a cache the edits of earlier tokens stay in each run, and a fixed rank has no room. */
  @ParameterizedTest
  @ValueSource(strings = {"withpast", "nopast-op17"})
  void fixedRanksAreSwappedWhereEarlierTokensAreNotRunAgain(String name) {
    Steering ablation =
        Steering.of(Term.of(Vector.of("v", new Edit.Ablate(floats(first))), 1).at(1));
    try (SteeredModel model =
            SteeredModel.open(TestModels.patched(name, folder, "1.resid_post:project@1"));
        Session session = session(model, 4)) {
      session.step();
      if (name.equals("withpast")) {
        session.steer(ablation);
      } else {
        checkRefused(Code.RANK_FIXED, session, ablation);
      }
      assertThat(tokens(session.finish())).hasSize(4);
    }
  }

  @Test
  void endedTextKeepsItsSteering() {
    try (SteeredModel model = open("withpast");
        Session session = model.start(List.of(prompt(1), prompt(4)), Listener.NONE)) {
      session.step();
      session.steer(added(first));
      List<Completion> done = session.finish();
      assertThat(done.get(0).steering()).isEqualTo(Steering.NONE);
      assertThat(done.get(1).steering().terms()).hasSize(1);
    }
  }

  private SteeredModel open(String name) {
    return SteeredModel.open(
        TestModels.patched(name, folder, "1.resid_post:add", "0.resid_post:tap"));
  }

  private static Session session(SteeredModel model, int tokens) {
    return model.start(List.of(prompt(tokens)), Listener.NONE);
  }

  private static Completion generate(SteeredModel model, Steering steering, int tokens) {
    return model.generate(prompt(tokens).steered(steering)).get(0);
  }

  private static Prompt prompt(int tokens) {
    return Prompt.ofIds(PROMPT).with(s -> s.greedy().maxNewTokens(tokens).logprobs(96));
  }

  private static long[] tokens(List<Completion> completions) {
    return tokens(completions.get(0));
  }

  private static long[] tokens(Completion completion) {
    return completion.tokens();
  }

  private static Steering added(float[] vector) {
    return Steering.of(Term.of(Vector.of("v", vector), 1).at(1));
  }

  private static Floats floats(float[] values) {
    return new Floats(new long[] {values.length}, values);
  }

  private float[] vector() {
    float[] vector = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      vector[i] = (float) (2 * random.nextGaussian());
    }
    return vector;
  }
}
