package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.TestData;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What steering does to sampled texts, in numbers. */
class EffectTest {
  private static final int NEW = 8;

  @TempDir private Path folder;

  private SteeredModel model;

  @BeforeEach
  void open() throws IOException {
    Path path = TestModels.patched("withpast", folder, "1.resid_post:add");
    Path tokenizer = TestData.root().resolve("testdata/tokenizer/tokenizer.json");
    Files.copy(tokenizer, path.resolveSibling("tokenizer.json"));
    model = SteeredModel.open(path);
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void rateIsTheShareThatTheJudgeAccepts() {
    List<Prompt> prompts = prompts(20);
    assertThat(Effect.of(model, prompts, Steering.NONE, text -> true, 1).rate()).isEqualTo(1);
    assertThat(Effect.of(model, prompts, Steering.NONE, text -> false, 1).rate()).isZero();
    Effect effect = Effect.of(model, prompts, Steering.NONE, text -> text.hashCode() % 2 == 0, 1);
    long even = effect.texts().stream().filter(text -> text.hashCode() % 2 == 0).count();
    assertThat(even).isBetween(1L, 19L);
    assertThat(effect.rate()).isEqualTo(even / 20.0);
  }

  /** Prompts of different lengths whose texts end at different tokens count by their tokens. */
  @Test
  void perplexityOfUnsteeredTextIsWhatGeneratingTold() {
    Prompt[] prompts = {
      Prompt.of("I feel").with(s -> s.greedy().maxNewTokens(3)),
      Prompt.of("a long way to go").with(s -> s.greedy().maxNewTokens(9))
    };
    double surprise = 0;
    for (Prompt prompt : prompts) {
      Completion text = model.generate(prompt.with(s -> s.logprobs(1))).get(0);
      surprise -= text.scores().stream().mapToDouble(score -> score.logprob()).sum();
    }
    Effect effect = Effect.of(model, List.of(prompts), Steering.NONE, text -> true, 1);
    assertThat(effect.perplexity()).isCloseTo(Math.exp(surprise / 12), within(1e-4));
  }

  @Test
  void steeredTextSurprisesTheModelAsItIs() {
    Steering steering = steering(30);
    Prompt prompt = Prompt.of("I feel").with(s -> s.greedy().maxNewTokens(NEW));
    Completion text = model.generate(prompt.steered(steering)).get(0);
    long[] whole = Arrays.copyOf(text.prompt(), text.prompt().length + NEW);
    System.arraycopy(text.tokens(), 0, whole, text.prompt().length, NEW);
    Trace trace = model.trace(List.of(Prompt.ofIds(whole)), Set.of()).get(0);
    double surprise = 0;
    for (int i = text.prompt().length; i < whole.length; i++) {
      surprise -= trace.logprobs()[i];
    }
    Effect plain = Effect.of(model, List.of(prompt), Steering.NONE, t -> true, 1);
    Effect steered = Effect.of(model, List.of(prompt), steering, t -> true, 1);
    assertThat(steered.texts()).containsExactly(text.text());
    assertThat(steered.perplexity()).isCloseTo(Math.exp(surprise / NEW), within(1e-2));
    assertThat(steered.perplexity()).isGreaterThan(plain.perplexity());
  }

  @Test
  void everyPromptHasItsOwnChance() {
    List<Prompt> alike = Collections.nCopies(20, sampled("I feel"));
    Effect effect = Effect.of(model, alike, Steering.NONE, text -> true, 5);
    assertThat(effect.texts().stream().distinct()).hasSizeGreaterThan(15);
    assertThat(Effect.of(model, alike, Steering.NONE, text -> true, 5)).isEqualTo(effect);
    assertThat(Effect.of(model, alike, Steering.NONE, text -> true, 6).texts())
        .isNotEqualTo(effect.texts());
    Effect some = Effect.of(model, alike.subList(0, 3), Steering.NONE, text -> true, 5);
    assertThat(some.texts()).isEqualTo(effect.texts().subList(0, 3));
  }

  @Test
  void promptMayAskForSeveralTexts() {
    List<Prompt> prompts = List.of(sampled("I feel").with(s -> s.sequences(3)), sampled("no"));
    Effect effect = Effect.of(model, prompts, Steering.NONE, text -> true, 5);
    assertThat(effect.texts()).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void unlikelyTextHasAFinitePerplexity() {
    Effect effect = Effect.of(model, prompts(4), steering(1e6), text -> true, 1);
    assertThat(effect.perplexity()).isFinite().isGreaterThan(1);
    assertThat(effect.distinct2()).isBetween(0.0, 1.0);
  }

  @Test
  void distinctPairsAreCountedOverAllTexts() {
    check(1, "a b c");
    check(0.5, "a a a");
    check(0.5, "a b", "a b");
    check(1, "a b", "b a");
    check(3 / 4.0, " the cat  the\ncat ", "a b");
    check(1, "a bc", "ab c");
    check(0);
    check(0, "", " ", "word");
  }

  private static void check(double share, String... texts) {
    assertThat(Variety.distinct(List.of(texts), 2)).isEqualTo(share);
  }

  @Test
  void measuringNeedsPromptsAndText() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Effect.of(model, List.of(), Steering.NONE, text -> true, 1));
    try (SteeredModel mute = SteeredModel.open(TestModels.graph("one-block"))) {
      List<Prompt> ids = List.of(Prompt.ofIds(1));
      assertThatExceptionOfType(SteercException.class)
          .isThrownBy(() -> Effect.of(mute, ids, Steering.NONE, text -> true, 1))
          .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.NO_TOKENIZER));
    }
  }

  private static List<Prompt> prompts(int count) {
    return IntStream.range(0, count).mapToObj(i -> sampled("I feel " + i)).toList();
  }

  private static Prompt sampled(String text) {
    return Prompt.of(text)
        .with(
            s -> s.maxNewTokens(NEW).sampling(Sampling.DEFAULT.temperature(2)).endTokens(Set.of()));
  }

  private static Steering steering(double strength) {
    float[] east = new float[24];
    for (int i = 0; i < east.length; i++) {
      east[i] = (i * 7 % 5 - 2) / 10f;
    }
    Site.InBlock site = new Site.InBlock(1, Site.Kind.RESID_POST);
    return Steering.of(Term.of(Vector.of("east", east), strength).at(site));
  }
}
