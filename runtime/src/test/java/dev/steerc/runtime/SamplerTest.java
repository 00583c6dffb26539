package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sampling against a naive implementation that sorts, and against statistics. */
class SamplerTest {
  private static final long SEED = Long.getLong("steerc.seed", 23);
  private static final Sampling PLAIN = Sampling.GREEDY.greedy(false);
  private static final int DRAWS = 20_000;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("SamplerTest: -Dsteerc.seed=" + SEED);
  }

  @Test
  void greedyTakesTheFirstOfTheBest() {
    assertThat(next(Sampling.GREEDY, 1, 3, 2, 3)).isEqualTo(1);
    assertThat(next(Sampling.GREEDY, 0, 0, 0)).isEqualTo(0);
    assertThat(next(Sampling.GREEDY, -0f, 0f)).isEqualTo(0);
    assertThat(next(Sampling.GREEDY, Float.NEGATIVE_INFINITY, -1e30f)).isEqualTo(1);
  }

  @Test
  void temperatureNoughtIsGreedy() {
    for (int i = 0; i < 100; i++) {
      float[] scores = scores(50);
      assertThat(next(PLAIN.temperature(0), scores.clone()))
          .isEqualTo(next(Sampling.GREEDY, scores.clone()));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-30, Double.MIN_VALUE})
  void tinyTemperatureIsNearlyGreedy(double temperature) {
    for (int i = 0; i < 100; i++) {
      float[] scores = new float[50];
      for (int token = 0; token < scores.length; token++) {
        scores[token] = (token * 7 + i) % 50; // whole numbers apart
      }
      assertThat(next(PLAIN.temperature(temperature), scores.clone()))
          .isEqualTo(next(Sampling.GREEDY, scores.clone()));
    }
  }

  @Test
  void plainSamplingIsTheModelsDistribution() {
    check(PLAIN, scores(12));
    check(PLAIN, 0, 0, 0, 0);
    check(PLAIN, 3, Float.NEGATIVE_INFINITY, 2, 1);
  }

  @Test
  void temperatureFlattens() {
    check(PLAIN.temperature(0.5), scores(12));
    check(PLAIN.temperature(2), scores(12));
    check(PLAIN.temperature(1e6), scores(12));
  }

  @Test
  void topKKeepsTheBest() {
    check(PLAIN.topK(1), scores(12));
    check(PLAIN.topK(4), scores(12));
    check(PLAIN.topK(2), 1, 1, 1, 1); // of equal ones the first
    check(PLAIN.topK(3), 5, 1, 5, 1, 5, 1);
  }

  @Test
  void topKMayExceedTheVocabulary() {
    float[] scores = scores(12);
    check(PLAIN.topK(12), scores);
    check(PLAIN.topK(Integer.MAX_VALUE), scores);
  }

  @Test
  void topPKeepsTheShare() {
    for (double p : new double[] {1e-9, 0.1, 0.5, 0.9, 0.999, 1}) {
      check(PLAIN.topP(p), scores(12));
    }
    check(PLAIN.topP(0.5), 0, 0, 0, 0);
  }

  @Test
  void minPKeepsWhatIsLikely() {
    for (double p : new double[] {0, 0.01, 0.3, 1}) {
      check(PLAIN.minP(p), scores(12));
    }
    check(PLAIN.minP(1), 2, 2, 1);
  }

  @Test
  void allRulesTogether() {
    for (int i = 0; i < 10; i++) {
      Sampling sampling =
          PLAIN
              .temperature(0.3 + random.nextDouble())
              .topK(1 + random.nextInt(15))
              .topP(0.3 + 0.7 * random.nextDouble())
              .minP(0.3 * random.nextDouble())
              .repetitionPenalty(0.7 + random.nextDouble())
              .frequencyPenalty(random.nextGaussian())
              .presencePenalty(random.nextGaussian());
      check(sampling, scores(12));
    }
  }

  @Test
  void repetitionIsPenalised() {
    Sampling sampling = Sampling.GREEDY.repetitionPenalty(2);
    Sampler sampler = new Sampler(sampling, 0, new long[] {0, 0, 3});
    assertThat(sampler.next(new float[] {10, 5.5f, 3, -1})).isEqualTo(1); // 5, 5.5, 3, -2
    assertThat(sampler.next(new float[] {10, 5.5f, 3, -1})).isEqualTo(0); // 5, 2.75, 3, -2
    float[] negative = {-3, -4, -4.5f, -1};
    assertThat(sampler.next(negative)).isEqualTo(3); // -6, -8, -4.5, -2
    assertThat(negative).containsExactly(-6, -8, -4.5f, -2);
  }

  @Test
  void frequencyCountsWhatWasGenerated() {
    Sampler sampler = new Sampler(Sampling.GREEDY.frequencyPenalty(1), 0, new long[] {0, 0, 0});
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      tokens.add(sampler.next(new float[] {3, 1.5f, 0}));
    }
    assertThat(tokens).containsExactly(0, 0, 1, 0, 1, 0); // 3 2|1 1.5|1 .5|.5 .5|0 0
  }

  @Test
  void presenceCountsOnce() {
    Sampler sampler = new Sampler(Sampling.GREEDY.presencePenalty(2), 0, new long[] {0, 1});
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tokens.add(sampler.next(new float[] {3, 1.5f, 0}));
    }
    assertThat(tokens).containsExactly(0, 1, 0, 0); // 3 1.5|0 1|1.5 0|1 -.5
  }

  @Test
  void penaltiesEqualTheNaiveOnesOverManyTokens() {
    for (int i = 0; i < 20; i++) {
      Sampling sampling =
          Sampling.GREEDY
              .repetitionPenalty(0.5 + random.nextDouble() * 2)
              .frequencyPenalty(random.nextGaussian())
              .presencePenalty(random.nextGaussian());
      long[] prompt = random.longs(5, 0, 10).toArray();
      Sampler sampler = new Sampler(sampling, 0, prompt);
      List<Integer> generated = new ArrayList<>();
      for (int step = 0; step < 20; step++) {
        float[] scores = scores(10);
        double[] expected = penalised(sampling, scores, prompt, generated);
        int token = sampler.next(scores);
        assertThat(token).as("seed " + SEED).isEqualTo(best(expected));
        generated.add(token);
      }
    }
  }

  @Test
  void sameSeedGivesTheSameTokens() {
    assertThat(run(PLAIN, 5, 40)).isEqualTo(run(PLAIN, 5, 40));
    assertThat(run(PLAIN, 5, 40)).isNotEqualTo(run(PLAIN, 6, 40));
  }

  /** Neighbouring seeds are as good as any: their draws are not each other's, shifted. */
  @Test
  void neighbouringSeedsAreIndependent() {
    for (int lag = -3; lag <= 3; lag++) {
      for (long step : new long[] {1, 2, 3}) {
        int alike = 0;
        for (int seed = 0; seed < 40; seed++) {
          List<Integer> a = run(PLAIN, seed, 30);
          List<Integer> b = run(PLAIN, seed + step, 30);
          for (int i = 3; i < 27; i++) {
            alike += a.get(i).equals(b.get(i + lag)) ? 1 : 0;
          }
        }
        assertThat(alike / (40.0 * 24)).as("lag " + lag).isCloseTo(1 / 16.0, within(0.03));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void scoresAreFinite(float bad) {
    for (Sampling sampling : List.of(Sampling.GREEDY, PLAIN, Sampling.DEFAULT)) {
      for (int at = 0; at < 3; at++) {
        float[] scores = {1, 2, 3};
        scores[at] = bad;
        check(Code.SCORES_NOT_FINITE, sampling, scores);
      }
    }
  }

  @Test
  void someTokenIsPossible() {
    float[] none = new float[3];
    Arrays.fill(none, Float.NEGATIVE_INFINITY);
    for (Sampling sampling : List.of(Sampling.GREEDY, PLAIN, Sampling.DEFAULT)) {
      check(Code.SCORES_NOT_FINITE, sampling, none.clone());
    }
  }

  @Test
  void onePossibleTokenIsTaken() {
    for (int at = 0; at < 3; at++) {
      float[] scores = new float[3];
      Arrays.fill(scores, Float.NEGATIVE_INFINITY);
      scores[at] = -1e38f;
      Sampling strange = PLAIN.topP(0.5).minP(0.5).repetitionPenalty(2).frequencyPenalty(1);
      for (Sampling sampling : List.of(Sampling.GREEDY, PLAIN, Sampling.DEFAULT, strange)) {
        assertThat(next(sampling, scores.clone())).isEqualTo(at);
      }
    }
  }

  /** Looking at the likely tokens only is a shortcut, not another choice. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1025, 1500})
  void shortcutsChooseWhatSortingAllDoes(int vocabulary) {
    for (float[] scores : awkward(vocabulary)) {
      for (Sampling sampling : shortcuts(vocabulary)) {
        for (int draw = 0; draw < 3; draw++) {
          long seed = random.nextLong();
          int expected = sorted(sampling, scores, new SplittableRandom(seed).nextDouble());
          String what = sampling + ", seed " + SEED;
          Sampler whole = new Sampler(sampling, seed, new long[0]);
          assertThat(whole.next(scores.clone())).as(what).isEqualTo(expected);
          Sampler piecewise = new Sampler(sampling, seed, new long[0]);
          float[] room = new float[Math.max(vocabulary, 1)];
          assertThat(piecewise.next(inPlace(scores), room)).as(what).isEqualTo(expected);
        }
      }
    }
  }

  private static Scores inPlace(float[] scores) {
    return new Scores() {
      @Override
      public int size() {
        return scores.length;
      }

      @Override
      public void read(int first, int count, float[] into) {
        System.arraycopy(scores, first, into, 0, count);
      }
    };
  }

  private List<Sampling> shortcuts(int vocabulary) {
    return List.of(
        PLAIN,
        PLAIN.temperature(0.7).topP(0.9),
        PLAIN.topP(0.5),
        PLAIN.topP(1e-9),
        PLAIN.topP(1 - 1e-12),
        PLAIN.minP(0.05),
        PLAIN.minP(1),
        PLAIN.minP(1e-20).topP(0.99),
        PLAIN.temperature(1e6).topP(0.3),
        PLAIN.temperature(1e-30).topP(0.9),
        PLAIN.temperature(Double.MIN_VALUE),
        PLAIN.topK(1),
        PLAIN.topK(50).topP(0.9),
        PLAIN.topK(1024),
        PLAIN.topK(1025).topP(0.95),
        PLAIN.topK(vocabulary),
        PLAIN.topK(Integer.MAX_VALUE));
  }

  /** Random scores, and ones with ties, steps, tails and gaps. */
  private List<float[]> awkward(int count) {
    float[] equal = new float[count];
    float[] zeros = new float[count];
    float[] whole = new float[count];
    float[] rising = new float[count];
    float[] falling = new float[count];
    float[] gaps = new float[count];
    float[] far = new float[count];
    float[] close = new float[count];
    for (int i = 0; i < count; i++) {
      equal[i] = 2.5f;
      zeros[i] = i % 2 == 0 ? -0f : 0f;
      whole[i] = random.nextInt(4);
      rising[i] = i * 0.01f;
      falling[i] = -i * 0.01f;
      gaps[i] = random.nextInt(3) > 0 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian();
      far[i] = (float) (1e30 * random.nextGaussian());
      close[i] = Float.intBitsToFloat(Float.floatToIntBits(1f) + random.nextInt(3));
    }
    gaps[count / 2] = -1;
    return List.of(
        scores(count), equal, zeros, whole, rising, falling, gaps, far, close, scores(count));
  }

  /** All tokens in order, best first, cut and drawn from as it is written in the settings. */
  private static int sorted(Sampling sampling, float[] scores, double chance) {
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -(scores[i] + 0.0)))
            .limit(sampling.topK() == 0 ? Integer.MAX_VALUE : sampling.topK())
            .toList();
    double[] weights =
        order.stream()
            .mapToDouble(i -> (double) scores[i] - scores[order.get(0)])
            .map(below -> Math.exp(below / sampling.temperature()))
            .toArray();
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    int kept = 0;
    double all = 0;
    while (kept < weights.length
        && all < sampling.topP() * total
        && weights[kept] >= sampling.minP() * weights[0]) {
      all += weights[kept++];
    }
    double at = chance * all;
    int place = 0;
    while (place < Math.max(1, kept) - 1 && at - weights[place] >= 0) {
      at -= weights[place++];
    }
    return order.get(place);
  }

  @Test
  void probabilitiesSumToOne() {
    float[] scores = scores(300);
    TokenScore score = Sampler.score(scores, 7, 300);
    double sum = score.best().stream().mapToDouble(c -> Math.exp(c.logprob())).sum();
    assertThat(sum).isCloseTo(1, within(1e-12));
    assertThat(score.best())
        .isSortedAccordingTo((a, b) -> Double.compare(b.logprob(), a.logprob()));
    assertThat(score.best()).extracting(TokenScore.Candidate::token).doesNotHaveDuplicates();
    double[] expected = logprobs(doubles(scores));
    assertThat(score.logprob()).isCloseTo(expected[7], within(1e-9));
    score
        .best()
        .forEach(c -> assertThat(c.logprob()).isCloseTo(expected[(int) c.token()], within(1e-9)));
  }

  @Test
  void scoresOfAnySizeHaveLogarithms() {
    float[] scores = {1e38f, -1e38f, Float.NEGATIVE_INFINITY, 1e38f};
    TokenScore score = Sampler.score(scores, 0, 4);
    assertThat(score.logprob()).isCloseTo(Math.log(0.5), within(1e-12));
    assertThat(score.best())
        .extracting(TokenScore.Candidate::token)
        .containsExactly(0L, 3L, 1L, 2L);
    assertThat(score.best()).noneMatch(c -> Double.isNaN(c.logprob()));
  }

  @Test
  void settingsAreInTheirRanges() {
    checkRefused(() -> PLAIN.temperature(-1));
    checkRefused(() -> PLAIN.temperature(Double.NaN));
    checkRefused(() -> PLAIN.temperature(Double.POSITIVE_INFINITY));
    checkRefused(() -> PLAIN.topK(-1));
    checkRefused(() -> PLAIN.topP(0));
    checkRefused(() -> PLAIN.topP(1.1));
    checkRefused(() -> PLAIN.minP(-0.1));
    checkRefused(() -> PLAIN.minP(1.1));
    checkRefused(() -> PLAIN.repetitionPenalty(0));
    checkRefused(() -> PLAIN.frequencyPenalty(Double.NaN));
    checkRefused(() -> PLAIN.presencePenalty(Double.NaN));
    checkRefused(() -> Settings.DEFAULT.maxNewTokens(0));
    checkRefused(() -> Settings.DEFAULT.logprobs(1001));
    checkRefused(() -> Settings.DEFAULT.logprobs(-1));
    checkRefused(() -> Settings.DEFAULT.sequences(0));
    checkRefused(() -> Settings.DEFAULT.stop(""));
  }

  private static void checkRefused(Runnable setting) {
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(setting::run)
        .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(Code.BAD_GENERATION));
  }

  private static void check(Code code, Sampling sampling, float... scores) {
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> next(sampling, scores))
        .satisfies(e -> assertThat(e.problems()).extracting(Problem::code).containsExactly(code));
  }

  /** Pearson's chi-square of many draws, each of a new seed, and nothing outside what is kept. */
  private void check(Sampling sampling, float... scores) {
    long[] prompt = {1, 3};
    double[] expected = naive(sampling, scores, prompt);
    int[] counts = new int[scores.length];
    for (int draw = 0; draw < DRAWS; draw++) {
      counts[new Sampler(sampling, SEED + draw, prompt).next(scores.clone())]++;
    }
    double square = 0;
    int cells = 0;
    for (int i = 0; i < counts.length; i++) {
      double wanted = expected[i] * DRAWS;
      if (expected[i] == 0) {
        assertThat(counts[i]).as("token " + i + " is left out, seed " + SEED).isZero();
      } else if (wanted >= 5) {
        square += Math.pow(counts[i] - wanted, 2) / wanted;
        cells++;
      }
    }
    // far out in the tail: the mean is cells - 1, the variance twice that
    assertThat(square)
        .as(sampling + ", seed " + SEED + ": " + Arrays.toString(expected))
        .isLessThan(cells + 6 * Math.sqrt(2.0 * cells) + 6);
  }

  /** The distribution by its definition: sort, cut, normalise. */
  private static double[] naive(Sampling sampling, float[] scores, long[] prompt) {
    double[] logits = penalised(sampling, scores, prompt, List.of());
    for (int i = 0; i < logits.length; i++) {
      logits[i] /= sampling.temperature();
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, scores.length).boxed().toList());
    order.sort(Comparator.comparingDouble(i -> -logits[i]));
    if (sampling.topK() > 0) {
      order = order.subList(0, Math.min(sampling.topK(), order.size()));
    }
    double[] p = normalised(logits, order);
    List<Integer> kept = new ArrayList<>();
    double sum = 0;
    for (int i : order) {
      if (sum < sampling.topP() - 1e-12 && p[i] >= sampling.minP() * p[order.get(0)] && p[i] > 0) {
        kept.add(i);
        sum += p[i];
      } else {
        break;
      }
    }
    return normalised(logits, kept);
  }

  private static double[] normalised(double[] logits, List<Integer> kept) {
    double[] p = new double[logits.length];
    double max = kept.stream().mapToDouble(i -> logits[i]).max().orElseThrow();
    double sum = kept.stream().mapToDouble(i -> Math.exp(logits[i] - max)).sum();
    kept.forEach(i -> p[i] = Math.exp(logits[i] - max) / sum);
    return p;
  }

  private static double[] penalised(
      Sampling sampling, float[] scores, long[] prompt, List<Integer> generated) {
    double[] logits = doubles(scores);
    for (int i = 0; i < logits.length; i++) {
      int token = i;
      boolean seen = Arrays.stream(prompt).anyMatch(t -> t == token) || generated.contains(i);
      double penalty = seen ? sampling.repetitionPenalty() : 1;
      logits[i] = logits[i] < 0 ? logits[i] * penalty : logits[i] / penalty;
      logits[i] -= sampling.frequencyPenalty() * generated.stream().filter(t -> t == token).count();
      logits[i] -= generated.contains(i) ? sampling.presencePenalty() : 0;
    }
    return logits;
  }

  private static int best(double[] values) {
    int best = 0;
    for (int i = 0; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static double[] logprobs(double[] logits) {
    double sum = Arrays.stream(logits).map(Math::exp).sum();
    return Arrays.stream(logits).map(x -> x - Math.log(sum)).toArray();
  }

  private static List<Integer> run(Sampling sampling, long seed, int tokens) {
    Sampler sampler = new Sampler(sampling, seed, new long[0]);
    return IntStream.range(0, tokens).mapToObj(i -> sampler.next(new float[16])).toList();
  }

  private static int next(Sampling sampling, float... scores) {
    return new Sampler(sampling, SEED, new long[0]).next(scores);
  }

  private float[] scores(int count) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = (float) (2 * random.nextGaussian());
    }
    return scores;
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
