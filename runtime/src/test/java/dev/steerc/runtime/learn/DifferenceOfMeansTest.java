package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.models.TestData;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Directions that are learned from pairs of texts. */
class DifferenceOfMeansTest {
  private static final long SEED = Long.getLong("steerc.seed", 59);
  private static final Site EARLY = new Site.InBlock(0, Site.Kind.MLP_OUT);
  private static final Site LATE = new Site.InBlock(2, Site.Kind.RESID_POST);
  private static final List<Contrast> PAIRS =
      List.of(
          new Contrast("I am so happy", "I am so sad"),
          new Contrast("a good day", "a bad, bad day"),
          new Contrast("yes", "yes but no"),
          new Contrast("sun", "rain"),
          new Contrast("we won!", "we lost"));

  @TempDir private Path folder;

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @EnumSource
  void directionIsTheDifferenceOfTheMeans(Span span) throws IOException {
    try (SteeredModel model = open()) {
      Map<Site, Direction> learned = DifferenceOfMeans.of(model, PAIRS, span);
      assertThat(learned).containsOnlyKeys(EARLY, LATE);
      for (Site site : learned.keySet()) {
        double[] expected = new double[learned.get(site).vector().width()];
        for (Contrast pair : PAIRS) {
          add(expected, mean(model, pair.positive(), pair.negative(), site, span), 1);
          add(expected, mean(model, pair.negative(), pair.positive(), site, span), -1);
        }
        float[] vector = learned.get(site).vector().values();
        assertThat(learned.get(site).vector().dims()).containsExactly(expected.length);
        for (int i = 0; i < vector.length; i++) {
          assertThat((double) vector[i]).isCloseTo(expected[i] / PAIRS.size(), within(1e-5));
        }
      }
    }
  }

  private static void add(double[] sum, double[] values, int sign) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += sign * values[i];
    }
  }

  /** The mean over the tokens that count, told in other words than the library's. */
  private static double[] mean(SteeredModel model, String text, String twin, Site site, Span span) {
    Trace trace = model.trace(Prompt.of(text)).get(0);
    int tokens = trace.tokens().length;
    int first =
        switch (span) {
          case ALL -> 0;
          case LAST -> tokens - 1;
          // each character is a token of this tokenizer
          case BEHIND -> Math.min(tokens - 1, common(text, twin));
        };
    Floats activations = trace.activations().get(site);
    double[] mean = new double[activations.width()];
    for (int i = first * mean.length; i < tokens * mean.length; i++) {
      mean[i % mean.length] += activations.values()[i] / (tokens - first);
    }
    return mean;
  }

  private static int common(String a, String b) {
    int most = Math.min(a.length(), b.length());
    int same = 0;
    while (same < most && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    return same;
  }

  @Test
  void normIsTheMeanLengthOfWhatCounts() throws IOException {
    try (SteeredModel model = open()) {
      Contrast pair = PAIRS.get(0);
      double lengths = 0;
      for (String text : List.of(pair.positive(), pair.negative())) {
        float[] values = model.trace(Prompt.of(text)).get(0).activations().get(LATE).values();
        double squares = 0;
        for (int i = values.length - 24; i < values.length; i++) {
          squares += (double) values[i] * values[i];
        }
        lengths += Math.sqrt(squares);
      }
      Direction learned = DifferenceOfMeans.of(model, List.of(pair), Span.LAST).get(LATE);
      assertThat(learned.norm()).isCloseTo(lengths / 2, within(1e-5));
      assertThat(learned.separation()).isEmpty();
    }
  }

  /** Law 5: at strength 1 the stream moves by the vector, and so does its projection. */
  @Test
  void learnedVectorMovesProjectionsByItsSquaredLength() throws IOException {
    try (SteeredModel model = open()) {
      Floats vector = DifferenceOfMeans.of(model, PAIRS, Span.BEHIND).get(LATE).vector();
      Steering steering = Steering.of(Vector.at(LATE, "joy", new Edit.Add(vector)), 1);
      double moved = 0;
      for (Contrast pair : PAIRS) {
        Prompt prompt = Prompt.of(pair.negative());
        List<Trace> traces = model.trace(List.of(prompt, prompt.steered(steering)), Set.of(LATE));
        double plain = projection(traces.get(0), vector);
        moved += (projection(traces.get(1), vector) - plain) / PAIRS.size();
      }
      double squares = 0;
      for (float x : vector.values()) {
        squares += (double) x * x;
      }
      assertThat(squares).isPositive();
      assertThat(moved).isCloseTo(squares, within(1e-4));
    }
  }

  private static double projection(Trace trace, Floats direction) {
    float[] values = trace.activations().get(LATE).values();
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * direction.values()[i % direction.width()];
    }
    return sum / trace.tokens().length;
  }

  @Test
  void sameTextsGiveTheSameBytes() throws IOException {
    List<Contrast> many = randomPairs(40, "", "");
    try (SteeredModel model = open()) {
      Direction once = DifferenceOfMeans.of(model, many, Span.ALL).get(LATE);
      Direction again = DifferenceOfMeans.of(model, many, Span.ALL).get(LATE);
      assertThat(again.vector().values()).isEqualTo(once.vector().values());
      assertThat(again.norm()).isEqualTo(once.norm());
      assertThat(again.separation()).isEqualTo(once.separation());
    }
  }

  /** Judged by the texts that it was learned from, a direction would seem to tell noise apart. */
  @Test
  void separationTellsDifferencesFromNoise() throws IOException {
    try (SteeredModel model = open()) {
      assertThat(separation(model, randomPairs(40, "!", "?"))).isGreaterThan(0.8);
      assertThat(separation(model, randomPairs(100, "", ""))).isBetween(0.3, 0.7);
    }
  }

  private static double separation(SteeredModel model, List<Contrast> pairs) {
    return DifferenceOfMeans.of(model, pairs, Span.LAST).get(LATE).separation().orElseThrow();
  }

  private List<Contrast> randomPairs(int count, String positive, String negative) {
    List<Contrast> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(new Contrast(word() + positive, word() + negative));
    }
    return pairs;
  }

  private String word() {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    return word.toString();
  }

  @Test
  void pairsThatTellNothingApartAreProblems() throws IOException {
    try (SteeredModel model = open()) {
      Problem none = problems(model, List.of()).get(0);
      assertThat(none.code()).isEqualTo(Code.BAD_PAIRS);
      assertThat(none.help()).isNotEmpty();
      List<Problem> same =
          problems(
              model, List.of(new Contrast("a", "a"), PAIRS.get(0), new Contrast("b c", "b c")));
      assertThat(same).extracting(Problem::code).containsOnly(Code.BAD_PAIRS);
      assertThat(same)
          .extracting(Problem::what)
          .containsExactly(
              "both texts of pair 1 are the same", "both texts of pair 3 are the same");
      assertThat(same.get(1).notes()).containsExactly("`b c`");
      List<Contrast> empty = List.of(new Contrast("a", ""));
      assertThat(problems(model, empty).get(0).code()).isEqualTo(Code.EMPTY_PROMPT);
    }
  }

  @Test
  void modelWithoutTapsTeachesNothing() {
    try (SteeredModel model =
        SteeredModel.open(TestModels.patched("withpast", folder, "1.resid_post:add"))) {
      Problem problem = problems(model, PAIRS).get(0);
      assertThat(problem.code()).isEqualTo(Code.TAP_MISSING);
      assertThat(problem.help()).contains("--tap");
    }
  }

  private static List<Problem> problems(SteeredModel model, List<Contrast> pairs) {
    List<Problem> problems = new ArrayList<>();
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> DifferenceOfMeans.of(model, pairs, Span.LAST))
        .satisfies(e -> problems.addAll(e.problems()));
    return problems;
  }

  private SteeredModel open() throws IOException {
    Path path =
        TestModels.patched(
            "withpast", folder, "0.mlp_out:tap", "2.resid_post:add", "2.resid_post:tap");
    Path tokenizer = TestData.root().resolve("testdata/tokenizer/tokenizer.json");
    Files.copy(tokenizer, path.resolveSibling("tokenizer.json"));
    return SteeredModel.open(path);
  }
}
