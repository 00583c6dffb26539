package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions, what ends them and what cannot begin. */
@Timeout(60)
class SessionTest {
  private static final long SEED = Long.getLong("steerc.seed", 31);
  private static final int VOCABULARY = 96;
  private static final int POSITIONS = 32;

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private SteeredModel model;
  private long[] expected;

  @BeforeEach
  void open() throws IOException {
    Path path = TestModels.patched("withpast", folder, "1.resid_post:add");
    Files.writeString(path.resolveSibling("config.json"), "{\"n_positions\": " + POSITIONS + "}");
    model = SteeredModel.open(path);
    expected = generate(prompt(3, 1, 4)).tokens();
  }

  /** Whatever happened to a session, the model generates as before. */
  @AfterEach
  void modelIsAsBefore() {
    try (SteeredModel same = model) {
      if (expected != null) {
        assertThat(same.generate(prompt(3, 1, 4)).get(0).tokens()).isEqualTo(expected);
      }
    }
  }

  @Test
  void textsEndWhenTheyHaveTheirTokens() {
    List<Completion> done =
        model.generate(
            prompt(1, 2).with(s -> s.maxNewTokens(2)), prompt(3).with(s -> s.maxNewTokens(5)));
    assertThat(done.get(0).tokens()).hasSize(2);
    assertThat(done.get(1).tokens()).hasSize(5);
    assertThat(done).allMatch(c -> c.reason().equals(Optional.of(FinishReason.LENGTH)));
    assertThat(done.get(0).prompt()).containsExactly(1, 2);
  }

  @Test
  void endTokenIsTheLast() {
    long end = expected[2];
    int at = 0;
    while (expected[at] != end) {
      at++;
    }
    Completion done = generate(prompt(3, 1, 4).with(s -> s.endTokens(Set.of(end))));
    assertThat(done.tokens()).isEqualTo(Arrays.copyOf(expected, at + 1));
    assertThat(done.reason()).contains(FinishReason.STOP);
  }

  /** A text that ended waits at its last position while others go on to theirs. */
  @Test
  void longAndShortTextsEndAtTheContext() {
    long[] longer = random.longs(28, 0, VOCABULARY).toArray();
    Prompt[] prompts = {
      Prompt.ofIds(longer).with(s -> s.greedy().maxNewTokens(100)),
      Prompt.ofIds(7, 8).with(s -> s.greedy().maxNewTokens(100)),
      Prompt.ofIds(9).with(s -> s.greedy().maxNewTokens(1))
    };
    List<Completion> together = model.generate(prompts);
    for (int i = 0; i < prompts.length; i++) {
      Completion alone = generate(prompts[i]);
      assertThat(together.get(i).tokens()).isEqualTo(alone.tokens());
      assertThat(together.get(i).reason()).contains(FinishReason.LENGTH);
    }
    assertThat(together.get(0).tokens()).hasSize(POSITIONS - 28);
    assertThat(together.get(1).tokens()).hasSize(POSITIONS - 2);
  }

  @Test
  void sampledTextDependsOnItsSeedAlone() {
    Prompt sampled =
        Prompt.ofIds(3, 1, 4)
            .with(s -> s.seed(99).maxNewTokens(12).sampling(t -> t.temperature(2)));
    long[] alone = generate(sampled).tokens();
    assertThat(generate(sampled).tokens()).isEqualTo(alone);
    assertThat(generate(sampled.with(s -> s.seed(100))).tokens()).isNotEqualTo(alone);
    List<Completion> together =
        model.generate(prompt(9, 9, 9, 9), sampled, sampled.with(s -> s.seed(5)), prompt(2));
    assertThat(together.get(1).tokens()).isEqualTo(alone);
    assertThat(together.get(1).seed()).isEqualTo(99);
  }

  @Test
  void sequencesDifferAndCanBeHadAlone() {
    Prompt sampled =
        Prompt.ofIds(3, 1, 4).with(s -> s.maxNewTokens(12).sampling(t -> t.temperature(2)));
    List<Completion> all = model.generate(sampled.with(s -> s.seed(7).sequences(5)));
    assertThat(all).hasSize(5);
    assertThat(all.stream().map(c -> Arrays.toString(c.tokens())).distinct()).hasSize(5);
    for (Completion one : all) {
      assertThat(generate(sampled.with(s -> s.seed(one.seed()))).tokens()).isEqualTo(one.tokens());
    }
  }

  @Test
  void unseededTextsDiffer() {
    Prompt sampled =
        Prompt.ofIds(3).with(s -> s.maxNewTokens(16).sampling(t -> t.temperature(3).topK(0)));
    Completion one = generate(sampled);
    assertThat(one.tokens()).isNotEqualTo(generate(sampled).tokens());
    assertThat(generate(sampled.with(s -> s.seed(one.seed()))).tokens()).isEqualTo(one.tokens());
  }

  @Test
  void listenerHearsEveryTokenOnce() {
    List<List<Long>> heard = List.of(new ArrayList<>(), new ArrayList<>());
    try (Session session =
        model.start(
            List.of(prompt(1), prompt(2, 3).with(s -> s.maxNewTokens(2))),
            (row, token, text) -> heard.get(row).add(token))) {
      List<Completion> done = session.finish();
      for (int row = 0; row < 2; row++) {
        assertThat(heard.get(row))
            .containsExactlyElementsOf(Arrays.stream(done.get(row).tokens()).boxed().toList());
      }
    }
  }

  @Test
  void promptsCannotBeEmpty() {
    check(Code.EMPTY_PROMPT, Prompt.ofIds());
    assertThatIllegalArgumentException().isThrownBy(() -> model.generate());
  }

  @Test
  void tokensAreOfTheVocabulary() {
    check(Code.UNKNOWN_TOKEN, Prompt.ofIds(1, -1));
    check(Code.UNKNOWN_TOKEN, Prompt.ofIds(VOCABULARY));
    check(Code.UNKNOWN_TOKEN, Prompt.ofIds(Long.MAX_VALUE));
    assertThat(generate(prompt(0, VOCABULARY - 1)).tokens()).isNotEmpty();
  }

  @Test
  void promptsFitTheContext() {
    Problem problem = check(Code.PROMPT_TOO_LONG, Prompt.ofIds(new long[POSITIONS + 1]));
    assertThat(problem.help()).contains("by 1 token");
    Completion full = generate(Prompt.ofIds(new long[POSITIONS]).with(s -> s.greedy()));
    assertThat(full.tokens()).hasSize(1);
    assertThat(full.reason()).contains(FinishReason.LENGTH);
  }

  /** A model that comes without a configuration: its table of positions tells. */
  @ParameterizedTest
  @ValueSource(
      strings = {"withpast", "nopast-op17", "merged", "fused", "fused-skip", "fp16", "one-block"})
  void contextIsReadFromTheGraph(String name) {
    try (SteeredModel plain = SteeredModel.open(TestModels.graph(name))) {
      assertThat(plain.context()).hasValue(POSITIONS);
      long[] longer = random.longs(28, 0, VOCABULARY).toArray();
      Prompt[] prompts = {
        Prompt.ofIds(longer).with(s -> s.greedy()),
        Prompt.ofIds(7, 8).with(s -> s.greedy()),
        Prompt.ofIds(new long[POSITIONS]).with(s -> s.greedy()),
        prompt(9)
      };
      List<Completion> together = plain.generate(prompts);
      int[] sizes = {POSITIONS - 28, POSITIONS - 2, 1, 8};
      for (int i = 0; i < prompts.length; i++) {
        assertThat(together.get(i).tokens()).hasSize(sizes[i]);
        assertThat(together.get(i).reason()).contains(FinishReason.LENGTH);
        Completion alone = plain.generate(prompts[i]).get(0);
        assertThat(together.get(i).tokens()).isEqualTo(alone.tokens());
      }
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(() -> plain.generate(prompt(1), Prompt.ofIds(new long[40])))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.PROMPT_TOO_LONG))
          .withMessageContaining("by 8 tokens");
    }
  }

  @Test
  void textNeedsATokenizer() {
    check(Code.NO_TOKENIZER, Prompt.of("hello"));
    check(Code.NO_TOKENIZER, prompt(1).with(s -> s.stop("x")));
  }

  @Test
  void oneBadPromptRefusesAll() {
    Vector wide = Vector.of("wide", new float[3]);
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> model.generate(prompt(1), prompt(2).steered(Steering.of(wide, 1))))
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.VECTOR_WIDTH));
  }

  @Test
  void strengthThatOverflowsIsRefused() {
    float[] values = new float[24];
    Arrays.fill(values, 1e38f);
    Vector huge = Vector.of("huge", values);
    check(Code.BAD_STRENGTH, prompt(1, 2).steered(Steering.of(Term.of(huge, 1e9))));
    check(Code.BAD_STRENGTH, prompt(1, 2).steered(Steering.of(Term.of(huge, -1e300))));
  }

  /** What overflows inside the model spoils one row, and no other. */
  @Test
  void aRowWithoutScoresLeavesTheOthersAlone() {
    float[] values = new float[24];
    Arrays.fill(values, 1e38f);
    values[0] = -3e38f;
    Steering huge = Steering.of(Term.of(Vector.of("huge", values), 1));
    Prompt good = prompt(1, 2).with(s -> s.seed(3).maxNewTokens(5));
    Prompt bad = prompt(1, 2).steered(huge);
    List<Completion> all = model.generate(good, bad, good);
    assertThat(all.get(1).reason()).contains(FinishReason.FAILED);
    assertThat(all.get(1).problem().orElseThrow().code()).isEqualTo(Code.SCORES_NOT_FINITE);
    assertThatExceptionOfType(SteercException.class).isThrownBy(all.get(1)::orThrow);
    long[] alone = model.generate(good).get(0).tokens();
    assertThat(all.get(0).orThrow().tokens()).isEqualTo(alone);
    assertThat(all.get(2).orThrow().tokens()).isEqualTo(alone);
  }

  /** Together they would take more columns than the model has positions, if padding stayed. */
  @ParameterizedTest
  @ValueSource(strings = {"withpast", "nopast-op17", "merged", "fused"})
  void shortTextsGoOnWhereLongOnesHaveEnded(String graph) {
    Path path = TestModels.patched(graph, folder, "1.resid_post:add");
    long[] longer = random.longs(POSITIONS - 4, 0, VOCABULARY).toArray();
    Prompt first = Prompt.ofIds(longer).with(s -> s.maxNewTokens(9).endTokens(Set.of()));
    Prompt second = prompt(1, 2).with(s -> s.maxNewTokens(29).endTokens(Set.of()));
    try (SteeredModel other = SteeredModel.open(path)) {
      List<Completion> together =
          other.generate(first.with(Settings::greedy), second.with(Settings::greedy));
      assertThat(together.get(0).tokens()).hasSize(4);
      assertThat(together.get(1).tokens())
          .isEqualTo(other.generate(second.with(Settings::greedy)).get(0).tokens())
          .hasSize(29);
    }
  }

  /** Rows of a failed step may be a token ahead of others: to go on would garble them. */
  @Test
  void failedSessionDoesNotGoOn() {
    SteeredModel closed = SteeredModel.open(model.path());
    try (Session session = closed.start(List.of(prompt(1), prompt(5)), Listener.NONE)) {
      session.step();
      closed.close();
      assertThatExceptionOfType(SteercException.class).isThrownBy(session::step);
      assertThatIllegalStateException().isThrownBy(session::step);
      assertThat(session.completions()).hasSize(2);
    }
  }

  /** What a listener has heard is the text, also when somebody ends it early. */
  @Test
  void listenersHearWhatWasHeldBack() {
    List<String> heard = new ArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void token(int row, long token, String text) {
            heard.add("token");
          }

          @Override
          public void ended(int row, FinishReason reason, String rest) {
            heard.add(reason.label());
          }
        };
    try (Session session = model.start(List.of(prompt(1, 2)), listener)) {
      session.step();
      session.cancel();
      session.finish();
    }
    assertThat(heard).containsExactly("token", "cancelled");
  }

  @Test
  void hugeBatchesAreRefused() {
    check(Code.OUT_OF_MEMORY, prompt(1).with(s -> s.sequences(6_000_000)));
    check(Code.OUT_OF_MEMORY, prompt(1).with(s -> s.sequences(Integer.MAX_VALUE)));
  }

  @Test
  void cancelBeforeTheFirstStep() {
    try (Session session = model.start(List.of(prompt(1), prompt(2)), Listener.NONE)) {
      session.cancel();
      assertThat(session.step()).isFalse();
      for (Completion done : session.finish()) {
        assertThat(done.tokens()).isEmpty();
        assertThat(done.reason()).contains(FinishReason.CANCELLED);
      }
    }
  }

  @Test
  void cancelKeepsWhatIsThere() {
    AtomicReference<Session> running = new AtomicReference<>();
    AtomicInteger heard = new AtomicInteger();
    Listener listener =
        (row, token, text) -> {
          if (heard.incrementAndGet() == 3) {
            running.get().cancel();
          }
        };
    try (Session session = model.start(List.of(prompt(3, 1, 4)), listener)) {
      running.set(session);
      Completion done = session.finish().get(0);
      assertThat(done.tokens()).isEqualTo(Arrays.copyOf(expected, 3));
      assertThat(done.reason()).contains(FinishReason.CANCELLED);
    }
  }

  @Test
  void noTimeIsNoToken() {
    for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-999))) {
      Completion done = generate(prompt(1).with(s -> s.limit(none)));
      assertThat(done.tokens()).isEmpty();
      assertThat(done.reason()).contains(FinishReason.DEADLINE);
    }
  }

  @Test
  void longLimitsAreNone() {
    for (Duration ages : List.of(Duration.ofDays(36500), Duration.ofSeconds(Long.MAX_VALUE))) {
      assertThat(generate(prompt(3, 1, 4).with(s -> s.limit(ages))).tokens()).isEqualTo(expected);
    }
  }

  @Test
  void deadlineOfOneTextLeavesTheOthers() {
    List<Completion> done =
        model.generate(prompt(9).with(s -> s.limit(Duration.ZERO)), prompt(3, 1, 4));
    assertThat(done.get(0).tokens()).isEmpty();
    assertThat(done.get(1).tokens()).isEqualTo(expected);
  }

  @Test
  void closedSessionDoesNotStep() {
    Session session = model.start(List.of(prompt(1)), Listener.NONE);
    session.step();
    session.close();
    session.close();
    assertThatIllegalStateException().isThrownBy(session::step);
    assertThat(session.completions().get(0).tokens()).hasSize(1);
  }

  @Test
  void listenerMayCloseTheSession() {
    AtomicReference<Session> running = new AtomicReference<>();
    try (SteeredModel plain = SteeredModel.open(TestModels.graph("static-idsonly-ir3"))) {
      List<Prompt> three = List.of(prompt(1), prompt(2), prompt(3, 4)); // two lanes
      Session session = plain.start(three, (row, token, text) -> running.get().close());
      running.set(session);
      assertThat(session.step()).isFalse();
    }
  }

  @Test
  void listenerMayNotCloseTheModel() {
    try (Session session = model.start(List.of(prompt(1)), (row, token, text) -> model.close())) {
      assertThatIllegalStateException().isThrownBy(session::step);
    }
  }

  @Test
  void failingListenerEndsTheSessionOnly() {
    Listener failing =
        (row, token, text) -> {
          throw new IllegalArgumentException("broken pipe");
        };
    try (Session session = model.start(List.of(prompt(1), prompt(2)), failing)) {
      assertThatIllegalArgumentException().isThrownBy(session::step).withMessage("broken pipe");
      assertThatIllegalStateException().isThrownBy(session::step);
    }
  }

  @Test
  void closedModelSaysSo() {
    Session session = model.start(List.of(prompt(1)), Listener.NONE);
    session.step();
    model.close();
    model.close();
    expected = null;
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(session::step)
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.MODEL_CLOSED));
    session.close();
    check(Code.MODEL_CLOSED, prompt(1));
  }

  @Test
  void fixedGraphTakesPromptsOfItsSize() {
    try (SteeredModel fixed = SteeredModel.open(TestModels.graph("static-idsonly-ir3"))) {
      assertThat(fixed.context()).hasValue(5);
      List<Completion> done =
          fixed.generate(
              prompt(1, 2, 3), prompt(1), prompt(1, 2, 3, 4, 5), prompt(7), prompt(8), prompt(9));
      assertThat(done).extracting(c -> c.tokens().length).containsExactly(2, 4, 1, 4, 4, 4);
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(() -> fixed.generate(Prompt.ofIds(1, 2, 3, 4, 5, 6)))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.PROMPT_TOO_LONG));
      assertThat(fixed.generate(prompt(1)).get(0).tokens()).isEqualTo(done.get(1).tokens());
    }
  }

  private Problem check(Code code, Prompt prompt) {
    SteercException problem =
        assertThatExceptionOfType(SteercException.class)
            .isThrownBy(() -> model.generate(prompt))
            .actual();
    assertThat(problem.problems()).extracting(Problem::code).containsExactly(code);
    return problem.problems().get(0);
  }

  private Completion generate(Prompt prompt) {
    return model.generate(prompt).get(0);
  }

  private static Prompt prompt(long... ids) {
    return Prompt.ofIds(ids).with(s -> s.greedy().maxNewTokens(8));
  }
}
