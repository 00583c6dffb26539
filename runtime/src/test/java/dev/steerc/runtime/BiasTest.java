package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steering through the bias of a branch: one vector a run, and the same texts as by addition. */
class BiasTest {
  private static final Site SITE = new Site.InBlock(1, Site.Kind.RESID_POST);
  private static final int WIDTH = 24;

  @TempDir private Path folder;
  private SteeredModel biased;
  private SteeredModel added;

  @BeforeEach
  void open() {
    biased = SteeredModel.open(TestModels.patched("withpast", folder, "1.resid_post:bias"));
    added = SteeredModel.open(TestModels.patched("withpast", folder, "1.resid_post:add"));
  }

  @AfterEach
  void close() {
    biased.close();
    added.close();
  }

  @Test
  void textsAreThoseOfAnAddition() {
    for (Positions positions : List.of(Positions.ALL, Positions.PROMPT, Positions.GENERATED)) {
      Prompt prompt = prompt(steering(1, positions), 3, 1, 4);
      assertThat(tokens(biased, prompt)).isEqualTo(tokens(added, prompt));
    }
    assertThat(tokens(biased, prompt(steering(1, Positions.ALL), 3, 1, 4)))
        .isNotEqualTo(tokens(biased, prompt(Steering.NONE, 3, 1, 4)));
  }

  @Test
  void rowsThatDifferRunApart() {
    Prompt[] prompts = {
      prompt(steering(1, Positions.ALL), 3, 1, 4),
      prompt(steering(2, Positions.ALL), 5, 9),
      prompt(Steering.NONE, 2),
      prompt(steering(1, Positions.ALL), 7, 7)
    };
    assertThat(tokens(biased, prompts)).isEqualTo(tokens(added, prompts));
  }

  @Test
  void batchKeepsThemApartToo() {
    List<List<Integer>> texts = new ArrayList<>();
    for (SteeredModel model : List.of(biased, added)) {
      try (Batch batch = model.batch()) {
        List<Generation> all = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
          Prompt prompt = prompt(steering(seed / 2, Positions.ALL), 3, 1 + seed);
          all.add(model.prepare(List.of(prompt), Listener.NONE));
          batch.add(all.get(seed));
          batch.step();
        }
        while (batch.step()) {
          // to their ends
        }
        all.forEach(one -> texts.add(list(one.completions().get(0).tokens())));
      }
    }
    assertThat(texts.subList(0, 4)).isEqualTo(texts.subList(4, 8));
  }

  @Test
  void tokensOfAPromptThatDifferAreRefused() {
    Positions last = Positions.parse("last:1").orElseThrow();
    refused(() -> biased.generate(prompt(steering(1, last), 3, 1, 4)));
    assertThat(tokens(biased, prompt(steering(1, last), 3)))
        .isEqualTo(tokens(added, prompt(steering(1, last), 3)));
  }

  @Test
  void oneTextOfSeveralCannotBeSteeredOtherwise() {
    Prompt[] prompts = {prompt(Steering.NONE, 3, 1), prompt(Steering.NONE, 2, 5)};
    try (Session session = biased.start(List.of(prompts), Listener.NONE)) {
      session.step();
      refused(() -> session.steer(1, steering(1, Positions.ALL)));
      session.steer(steering(1, Positions.ALL));
      session.finish();
    }
  }

  /** It is told when it is asked for, not by a run that fails. */
  @Test
  void swapsThatWouldSetTextsApartAreRefused() {
    Positions after = Positions.parse("after:5").orElseThrow();
    Prompt[] prompts = {prompt(Steering.NONE, 3, 1), prompt(Steering.NONE, 2, 5, 8, 9)};
    try (Session session = biased.start(List.of(prompts), Listener.NONE)) {
      refused(() -> session.steer(steering(1, Positions.first(1))));
      refused(() -> session.steer(steering(1, after)));
      session.step();
      refused(() -> session.steer(steering(1, after)));
      session.steer(steering(1, Positions.GENERATED));
      session.finish().forEach(Completion::orThrow);
    }
  }

  @Test
  void textsThatAreSteeredFromAPositionOnRunApart() {
    Positions after = Positions.parse("after:5").orElseThrow();
    Prompt[] prompts = {
      prompt(steering(1, after), 3, 1),
      prompt(steering(1, after), 5, 9, 2, 8),
      prompt(Steering.NONE, 4)
    };
    assertThat(tokens(biased, prompts)).isEqualTo(tokens(added, prompts));
  }

  /** Each prompt decides whether it is steered, when all of them have been run. */
  @Test
  void textsWithConditionsRunApart() {
    Site tap = new Site.InBlock(0, Site.Kind.RESID_POST);
    String[] taps = {"0.resid_post:tap", "1.resid_post:bias"};
    Path tapped = TestModels.patched("withpast", folder, taps);
    Path reference = TestModels.patched("withpast", folder, taps[0], "1.resid_post:add");
    Steering sometimes = when(Condition.above(tap, direction(3), 0));
    List<Prompt> prompts = new ArrayList<>();
    for (int id = 0; id < 8; id++) {
      prompts.add(prompt(sometimes, id, 2 * id));
    }
    List<List<List<Integer>>> texts = new ArrayList<>();
    List<Boolean> acting = new ArrayList<>();
    for (Path path : List.of(tapped, reference)) {
      try (SteeredModel model = SteeredModel.open(path)) {
        List<Completion> done = model.generate(prompts.toArray(Prompt[]::new));
        texts.add(done.stream().map(c -> list(c.orThrow().tokens())).toList());
        done.forEach(c -> acting.add(c.readings().get(0).acts()));
      }
    }
    assertThat(acting).contains(true, false);
    assertThat(texts.get(0)).isEqualTo(texts.get(1));
  }

  @Test
  void additionTakesWhatTheBiasCannot() {
    Path both = TestModels.patched("withpast", folder, "1.resid_post:add", "1.resid_post:bias");
    Prompt[] prompts = {
      prompt(steering(1, Positions.ALL), 3, 1, 4), prompt(steering(2, Positions.ALL), 5, 9)
    };
    try (SteeredModel model = SteeredModel.open(both)) {
      assertThat(tokens(model, prompts)).isEqualTo(tokens(added, prompts));
      assertThat(tokens(model, prompts[0])).isEqualTo(tokens(added, prompts[0]));
    }
  }

  private static void refused(ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            SteercException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.ONE_VECTOR));
  }

  private static Prompt prompt(Steering steering, long... ids) {
    return Prompt.ofIds(ids).steered(steering).with(s -> s.greedy().maxNewTokens(6));
  }

  private static List<List<Integer>> tokens(SteeredModel model, Prompt... prompts) {
    return model.generate(prompts).stream().map(c -> list(c.orThrow().tokens())).toList();
  }

  private static List<Integer> list(long[] tokens) {
    List<Integer> list = new ArrayList<>();
    for (long token : tokens) {
      list.add((int) token);
    }
    return list;
  }

  private static Steering steering(long seed, Positions positions) {
    Vector vector = Vector.of("v" + seed, direction(seed).values());
    return Steering.of(Term.of(vector, 20).at(SITE).on(positions));
  }

  private static Steering when(Condition condition) {
    return Steering.of(Term.of(Vector.of("v", direction(1).values()), 20).at(SITE).when(condition));
  }

  private static Floats direction(long seed) {
    Random random = new Random(seed);
    float[] values = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Floats(new long[] {WIDTH}, values);
  }
}
