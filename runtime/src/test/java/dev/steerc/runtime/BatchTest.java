package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batch whose texts come and go. That they are as alone is a law of its own. */
@Timeout(60)
class BatchTest {
  private static final long SEED = Long.getLong("steerc.seed", 43);
  private static final int VOCABULARY = 96;
  private static final int WIDTH = 24;

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private SteeredModel model;

  @BeforeEach
  void open() {
    model = SteeredModel.open(TestModels.patched("withpast", folder, "1.resid_post:add"));
  }

  @AfterEach
  void close() {
    model.close();
  }

  /** Counts what a text's listener hears, in order. */
  private static final class Heard implements Listener {
    private final List<String> all = new ArrayList<>();

    @Override
    public void score(int row, TokenScore score) {
      all.add("score " + score.token());
    }

    @Override
    public void token(int row, long token, String text) {
      all.add("token " + token);
    }

    @Override
    public void ended(int row, FinishReason reason, String rest) {
      all.add(reason.label());
    }
  }

  private Prompt prompt(int tokens) {
    long[] ids = random.longs(3, 0, VOCABULARY).toArray();
    return Prompt.ofIds(ids).with(s -> s.greedy().maxNewTokens(tokens).endTokens(Set.of()));
  }

  private static void finish(Batch batch) {
    while (batch.step()) {
      // until nothing runs
    }
  }

  @Test
  void textsAreHeardAndEndOneByOne() {
    Heard shorter = new Heard();
    Heard longer = new Heard();
    Generation first = model.prepare(List.of(prompt(2).with(s -> s.logprobs(1))), shorter);
    Generation second = model.prepare(List.of(prompt(4)), longer);
    assertThat(second.size()).isEqualTo(1);
    assertThat(second.promptTokens()).isEqualTo(3);
    assertThat(second.longest()).isEqualTo(7);
    try (Batch batch = model.batch()) {
      batch.add(first);
      batch.add(second);
      assertThat(batch.size()).isEqualTo(2);
      assertThat(batch.step()).isTrue();
      assertThat(batch.step()).isTrue();
      assertThat(first.isRunning()).isFalse();
      assertThat(batch.size()).isEqualTo(1);
      assertThat(batch.step()).isTrue();
      assertThat(batch.step()).isFalse();
    }
    assertThat(second.promptTokens()).isEqualTo(3);
    long[] tokens = first.completions().get(0).tokens();
    assertThat(shorter.all)
        .containsExactly(
            "score " + tokens[0],
            "token " + tokens[0],
            "score " + tokens[1],
            "token " + tokens[1],
            "length");
    assertThat(longer.all).hasSize(5);
  }

  @Test
  void columnsOfALongTextAreGivenBackWhenItEnds() {
    Prompt longest = Prompt.ofIds(random.longs(30, 0, VOCABULARY).toArray());
    Generation all =
        model.prepare(
            List.of(longest.with(s -> s.maxNewTokens(1)), prompt(9), prompt(9)), Listener.NONE);
    try (Lane lane = model.lane(all.rows(), new Breaker())) {
      lane.advance();
      assertThat(lane.width()).isEqualTo(30);
      lane.advance();
      assertThat(lane.width()).isEqualTo(4);
    }
  }

  @Test
  void cancelledTextsLeaveAtTheNextToken() {
    Generation left = model.prepare(List.of(prompt(20), prompt(20)), Listener.NONE);
    Generation stays = model.prepare(List.of(prompt(5)), Listener.NONE);
    try (Batch batch = model.batch()) {
      batch.add(left);
      batch.step();
      batch.add(stays);
      batch.step();
      left.cancel();
      batch.step();
      assertThat(batch.size()).isEqualTo(1);
      finish(batch);
    }
    assertThat(left.completions())
        .allMatch(c -> c.reason().equals(Optional.of(FinishReason.CANCELLED)))
        .allMatch(c -> c.tokens().length == 2);
    assertThat(stays.completions().get(0).tokens()).hasSize(5);
  }

  @Test
  void whatIsInVainIsNeverRun() {
    Heard heard = new Heard();
    Generation late =
        model.prepare(List.of(prompt(5).with(s -> s.limit(Duration.ZERO))), Listener.NONE);
    Generation cancelled = model.prepare(List.of(prompt(5)), heard);
    cancelled.cancel();
    assertThat(late.isInVain()).isTrue();
    assertThat(cancelled.isInVain()).isTrue();
    try (Batch batch = model.batch()) {
      batch.add(late);
      batch.add(cancelled);
      assertThat(batch.step()).isFalse();
    }
    assertThat(late.completions().get(0).reason()).contains(FinishReason.DEADLINE);
    assertThat(late.completions().get(0).tokens()).isEmpty();
    assertThat(heard.all).containsExactly("cancelled");
  }

  /** A steering that overflows spoils its own row only, whether it is new or beside others. */
  @Test
  void aTextThatFailsLeavesTheOthers() {
    float[] huge = new float[WIDTH];
    Arrays.fill(huge, 1e38f);
    huge[0] = -3e38f;
    Steering overflow = Steering.of(Vector.of("huge", huge), 1);
    Prompt spoilt = prompt(5).steered(overflow);
    Prompt sound = prompt(5);
    long[] alone = model.generate(sound).get(0).tokens();
    Generation before = model.prepare(List.of(sound), Listener.NONE);
    Generation both = model.prepare(List.of(spoilt, sound), Listener.NONE);
    try (Batch batch = model.batch()) {
      batch.add(before);
      batch.step();
      batch.add(both);
      finish(batch);
    }
    Completion failed = both.completions().get(0);
    assertThat(failed.reason()).contains(FinishReason.FAILED);
    assertThat(failed.problem().orElseThrow().code()).isEqualTo(Code.SCORES_NOT_FINITE);
    assertThat(both.completions().get(1).tokens()).isEqualTo(alone);
    assertThat(before.completions().get(0).tokens()).isEqualTo(alone);
  }

  @Test
  void closingEndsWhatIsThere() {
    Generation running = model.prepare(List.of(prompt(20)), Listener.NONE);
    Generation waiting = model.prepare(List.of(prompt(20)), Listener.NONE);
    Batch batch = model.batch();
    batch.add(running);
    batch.step();
    batch.add(waiting);
    batch.close();
    assertThat(batch.size()).isZero();
    assertThat(running.completions().get(0).tokens()).hasSize(1);
    assertThat(running.completions().get(0).reason()).contains(FinishReason.CANCELLED);
    assertThat(waiting.completions().get(0).reason()).contains(FinishReason.CANCELLED);
  }

  @Test
  void aModelThatIsClosedEndsThemAll() {
    Generation running = model.prepare(List.of(prompt(20)), Listener.NONE);
    try (Batch batch = model.batch()) {
      batch.add(running);
      batch.step();
      model.close();
      batch.add(new Generation(List.of()));
      assertThat(batch.step()).isFalse();
    }
    Completion failed = running.completions().get(0);
    assertThat(failed.problem().orElseThrow().code()).isEqualTo(Code.MODEL_CLOSED);
  }

  /** Many come and go at random; none is lost, and each has what it has alone. */
  @Test
  void manyComeAndGo() {
    List<Prompt> prompts = new ArrayList<>();
    List<Generation> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      long[] ids = random.longs(1 + random.nextInt(8), 0, VOCABULARY).toArray();
      int tokens = 1 + random.nextInt(12);
      float[] vector = new float[WIDTH];
      for (int k = 0; k < WIDTH; k++) {
        vector[k] = (float) random.nextGaussian();
      }
      Steering steering =
          random.nextInt(4) == 0 ? Steering.NONE : Steering.of(Vector.of("v", vector), 2);
      Prompt prompt = Prompt.ofIds(ids).steered(steering);
      prompts.add(prompt.with(s -> s.seed(7).maxNewTokens(tokens).endTokens(Set.of(5L, 9L))));
    }
    try (Batch batch = model.batch()) {
      for (Prompt prompt : prompts) {
        all.add(model.prepare(List.of(prompt), Listener.NONE));
        batch.add(all.get(all.size() - 1));
        if (random.nextInt(3) > 0) {
          batch.step();
        }
      }
      finish(batch);
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).completions().get(0).tokens())
          .as("text %d, seed %d", i, SEED)
          .isEqualTo(model.generate(prompts.get(i)).get(0).tokens());
    }
  }
}
