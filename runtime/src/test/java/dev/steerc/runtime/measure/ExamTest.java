package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.TestData;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.Sampling;
import dev.steerc.runtime.Settings;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a steering does to texts, against the same told by generating and scoring one by one. */
class ExamTest {
  private static final int VOCABULARY = 96;

  @TempDir private Path folder;

  private SteeredModel model;

  @BeforeEach
  void open() throws IOException {
    Path path = TestModels.patched("withpast", folder, "1.resid_post:add");
    Path tokenizer = TestData.root().resolve("testdata/tokenizer/tokenizer.json");
    Files.copy(tokenizer, path.resolveSibling("tokenizer.json"));
    model = SteeredModel.open(path, ModelOptions.DEFAULT.threads(1));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static Settings few(Settings settings) {
    return settings
        .maxNewTokens(6)
        .endTokens(Set.of())
        .sampling(Sampling.DEFAULT.temperature(2).topK(0));
  }

  private static Steering steering(double strength) {
    float[] east = new float[24];
    for (int i = 0; i < east.length; i++) {
      east[i] = (i * 7 % 5 - 2) / 10f;
    }
    Site.InBlock site = new Site.InBlock(1, Site.Kind.RESID_POST);
    return Steering.of(Term.of(Vector.of("east", east), strength).at(site));
  }

  private Scorer letters() throws IOException {
    return WordScorer.open(Files.writeString(folder.resolve("w"), "/[a-m]/\n!/[n-z]/\n"));
  }

  private Exam exam(int prompts) throws IOException {
    List<String> some = IntStream.range(0, prompts).mapToObj(i -> "I feel " + i).toList();
    return new Exam(model, some, ExamTest::few, letters(), 5);
  }

  /** Every number again, from single runs that give the whole distribution of each token. */
  @Test
  void numbersEqualSingleRuns() throws IOException {
    Exam exam = exam(20);
    Measurement measured = exam.of(steering(8), Exam.Progress.NONE);
    SplittableRandom seeds = new SplittableRandom(5);
    double surprise = 0;
    double kl = 0;
    double scores = 0;
    for (int i = 0; i < 20; i++) {
      long seed = seeds.nextLong();
      Prompt prompt = Prompt.of("I feel " + i).with(s -> few(s).seed(seed).logprobs(VOCABULARY));
      Completion text = model.generate(prompt.steered(steering(8))).get(0);
      Measurement.Sample sample = measured.samples().get(i);
      assertThat(sample.said()).isEqualTo(new Said("I feel " + i, "I feel " + i, text.text()));
      scores += sample.score();
      for (int at = 0; at < text.tokens().length; at++) {
        double[] steered = logprobs(text, at);
        double[] plain = plain(text, at);
        surprise -= plain[(int) text.tokens()[at]];
        for (int token = 0; token < VOCABULARY; token++) {
          kl += Math.exp(steered[token]) * (steered[token] - plain[token]);
        }
      }
    }
    assertThat(measured.perplexity()).isCloseTo(Math.exp(surprise / 120), within(1e-2));
    assertThat(measured.kl()).isCloseTo(kl / 120, within(1e-4)).isGreaterThan(0.1);
    assertThat(measured.length()).isEqualTo(6);
    assertThat(measured.effect()).isCloseTo(scores / 20, within(1e-12)).isBetween(0.05, 0.95);
  }

  private static double[] logprobs(Completion text, int at) {
    double[] logprobs = new double[VOCABULARY];
    text.scores().get(at).best().forEach(c -> logprobs[(int) c.token()] = c.logprob());
    return logprobs;
  }

  /** The distribution that the model without steering has there. */
  private double[] plain(Completion text, int at) {
    long[] before = new long[text.prompt().length + at];
    System.arraycopy(text.prompt(), 0, before, 0, text.prompt().length);
    System.arraycopy(text.tokens(), 0, before, text.prompt().length, at);
    Prompt next = Prompt.ofIds(before).with(s -> s.greedy().maxNewTokens(1).logprobs(VOCABULARY));
    return logprobs(model.generate(next).get(0), 0);
  }

  @Test
  void plainTextsHaveNoDivergence() throws IOException {
    Exam exam = exam(3);
    Measurement plain = exam.of(Steering.NONE, Exam.Progress.NONE);
    assertThat(plain.kl()).isZero();
    assertThat(exam.of(Steering.NONE, Exam.Progress.NONE)).isEqualTo(plain);
    assertThat(plain.wrongWay(plain, false)).isZero();
    List<Integer> heard = new ArrayList<>();
    assertThat(exam(17).of(Steering.NONE, heard::add).samples()).hasSize(17);
    assertThat(heard).containsExactly(16, 1);
  }

  @Test
  void instructionsAreReadAndNotJudged() throws IOException {
    Exam exam = exam(4);
    Measurement told = exam.instructed("Say yes. ", Exam.Progress.NONE);
    assertThat(told.kl()).isNaN();
    Said first = told.samples().get(0).said();
    assertThat(first.prompt()).isEqualTo("I feel 0");
    assertThat(first.asked()).isEqualTo("Say yes. I feel 0");
    Measurement around = exam.instructed("Q: {prompt}?", Exam.Progress.NONE);
    assertThat(around.samples().get(3).said().asked()).isEqualTo("Q: I feel 3?");
    double surprise = 0;
    for (Measurement.Sample sample : told.samples()) {
      long[] prompt = model.tokenizer().orElseThrow().encode(sample.said().prompt());
      long[] asked = model.tokenizer().orElseThrow().encode(sample.said().asked());
      int more = asked.length - prompt.length;
      assertThat(more).isPositive();
      long[] text = tokens(asked, sample.said());
      long[] whole = java.util.Arrays.copyOf(prompt, prompt.length + text.length);
      System.arraycopy(text, 0, whole, prompt.length, text.length);
      float[] logprobs = model.trace(List.of(Prompt.ofIds(whole)), Set.of()).get(0).logprobs();
      for (int at = prompt.length; at < whole.length; at++) {
        surprise -= logprobs[at];
      }
    }
    assertThat(told.perplexity()).isCloseTo(Math.exp(surprise / 24), within(1e-2));
  }

  /** The tokens of a text, generated once more with the chance of its prompt. */
  private long[] tokens(long[] asked, Said said) {
    int index = Integer.parseInt(said.prompt().substring("I feel ".length()));
    SplittableRandom seeds = new SplittableRandom(5);
    for (int i = 0; i < index; i++) {
      seeds.nextLong();
    }
    long seed = seeds.nextLong();
    Completion text = model.generate(Prompt.ofIds(asked).with(s -> few(s).seed(seed))).get(0);
    assertThat(text.text()).isEqualTo(said.text());
    return text.tokens();
  }

  @Test
  void wrongWayIsToldPromptByPrompt() {
    Measurement plain = scored(0.5, 0.5, 0.5, 0.5);
    Measurement steered = scored(0.9, 0.495, 0.4, 0.5);
    assertThat(steered.wrongWay(plain, false)).isEqualTo(0.25);
    assertThat(steered.wrongWay(plain, true)).isEqualTo(0.25);
    assertThat(scored(0, 0, 0, 1).wrongWay(plain, false)).isEqualTo(0.75);
  }

  private static Measurement scored(double... scores) {
    List<Measurement.Sample> samples = new ArrayList<>();
    for (double score : scores) {
      samples.add(new Measurement.Sample(new Said("p", "p", "t"), score));
    }
    return new Measurement(samples, 1, 0, 1);
  }

  /** sigmoid(log P(positive) − log P(negative)) of the steered model, token by token. */
  @Test
  void continuationsAreComparedUnderSteering() throws IOException {
    Path file = folder.resolve("c.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "I feel", "positive": " good", "negative": " bad now"}
        {"prompt": "I feel", "positive": " x", "negative": " y"}

        {"prompt": "Go", "positive": " up", "negative": " up"}
        """);
    ContinuationScorer scorer = ContinuationScorer.open(file);
    assertThat(scorer.prompts()).containsExactly("I feel", "Go");
    List<Said> said = List.of(new Said("I feel", "Now I feel", "any"), new Said("Go", "Go", ""));
    double[] scores = scorer.scores(model, steering(8), said);
    double first = likely("Now I feel", " good") - likely("Now I feel", " bad now");
    double second = likely("Now I feel", " x") - likely("Now I feel", " y");
    double mean = (1 / (1 + Math.exp(-first)) + 1 / (1 + Math.exp(-second))) / 2;
    assertThat(scores[0]).isCloseTo(mean, within(1e-4));
    assertThat(scores[1]).isEqualTo(0.5);
    assertThat(scorer.scores(model, Steering.NONE, said)[0]).isNotEqualTo(scores[0]);
  }

  private double likely(String prompt, String text) {
    float[] logprobs = model.trace(Prompt.of(prompt + text).steered(steering(8))).get(0).logprobs();
    int from = model.tokenizer().orElseThrow().encode(prompt).length;
    double sum = 0;
    for (int at = from; at < logprobs.length; at++) {
      sum += logprobs[at];
    }
    return sum;
  }

  @Test
  void badContinuationsAreRefused() throws IOException {
    checkContinuations("", "there are no continuations");
    checkContinuations("{\"prompt\":\"a\",\"positive\":\"b\"}", "has no `negative`");
    checkContinuations(
        "{\"prompt\":\"a\",\"positive\":\"\",\"negative\":\"c\"}", "has an empty text");
  }

  private void checkContinuations(String lines, String part) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), lines);
    Refused.check(Code.BAD_SCORER, part, () -> ContinuationScorer.open(file));
  }

  @Test
  void promptsAreLinesOrObjects() throws IOException {
    Path file = folder.resolve("prompts");
    Files.writeString(file, "\ufeff I feel \r\n\r\nGo\nI feel\n");
    assertThat(PromptFile.read(file)).containsExactly("I feel", "Go");
    Files.writeString(file, "{\"prompt\":\"a \",\"positive\":\"b\"}\n{\"prompt\":\"c\"}\n");
    assertThat(PromptFile.read(file)).containsExactly("a ", "c");
    Files.writeString(file, "{\"prompt\":\"a\"}\nplain\n");
    Refused.check(Code.BAD_PROMPTS, "line 2 is no JSON", () -> PromptFile.read(file));
    Files.writeString(file, "{\"positive\":\"a\"}\n");
    Refused.check(Code.BAD_PROMPTS, "has no `prompt`", () -> PromptFile.read(file));
    Files.writeString(file, "\n \n");
    Refused.check(Code.BAD_PROMPTS, "there is no prompt", () -> PromptFile.read(file));
  }
}
