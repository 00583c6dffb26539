package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steering that depends on what the prompt looks like inside the model. */
class ConditionTest {
  private static final long SEED = Long.getLong("steerc.seed", 37);
  private static final int WIDTH = 24;
  private static final Site.InBlock TAP = new Site.InBlock(1, Site.Kind.RESID_MID);
  private static final int[] LENGTHS = {5, 2, 7, 1, 4, 7};

  @TempDir private Path folder;

  private final Random random = new Random(SEED);
  private final Vector vector = Vector.of("v", floats(2).values());

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("ConditionTest: -Dsteerc.seed=" + SEED);
  }

  /** In a batch of prompts of different lengths every row is measured and decided alone. */
  @ParameterizedTest
  @ValueSource(strings = {"withpast", "nopast-op17", "merged", "fused", "static-idsonly-ir3"})
  void everyRowIsDecidedAlone(String name) {
    try (SteeredModel model = open(name)) {
      int most = model.context().orElse(100) - 1;
      List<Prompt> asked = new ArrayList<>();
      List<Prompt> equivalent = new ArrayList<>();
      List<Reading> expected = new ArrayList<>();
      for (int row = 0; row < LENGTHS.length; row++) {
        long[] ids = random.longs(Math.min(most, LENGTHS[row]), 0, 96).toArray();
        Floats direction = floats(1);
        boolean last = random.nextBoolean();
        boolean above = random.nextBoolean();
        boolean acts = row % 2 == 0;
        double cosine = cosine(ids, direction, last, Gpt2Reference.Edit.NONE);
        double threshold = cosine + (above == acts ? -0.01 : 0.01);
        Condition when =
            above
                ? Condition.above(TAP, direction, threshold)
                : Condition.below(TAP, direction, threshold);
        Term term = Term.of(vector, 1 + row).at(2);
        asked.add(prompt(ids, term.when(last ? when.atLastToken() : when)));
        equivalent.add(acts ? prompt(ids, term) : prompt(ids));
        expected.add(new Reading("v", TAP, cosine, threshold, acts));
      }
      List<Completion> done = model.generate(asked.toArray(Prompt[]::new));
      for (int row = 0; row < LENGTHS.length; row++) {
        check(done.get(row).readings(), expected.get(row));
        Completion alone = model.generate(equivalent.get(row)).get(0);
        check(done.get(row), alone);
      }
    }
  }

  @Test
  void readingsAreTakenUnderTheOtherVectors() {
    try (SteeredModel model = open("withpast")) {
      long[] ids = {4, 8, 15};
      Floats added = floats(3);
      Floats direction = floats(1);
      Gpt2Reference.Edit edit = Gpt2Reference.Edit.at(0, "resid_post", x -> sum(x, added.values()));
      double cosine = cosine(ids, direction, false, edit);
      Term always = Term.of(Vector.of("a", added.values()), 1).at(0);
      Term sometimes =
          Term.of(vector, 5).at(2).when(Condition.above(TAP, direction, cosine - 0.001));
      Term never = Term.of(vector, -5).at(2).when(Condition.below(TAP, direction, cosine - 0.001));
      Completion done = model.generate(prompt(ids, always, sometimes, never)).get(0);
      assertThat(done.readings()).extracting(Reading::acts).containsExactly(true, false);
      assertThat(done.readings().get(0).cosine()).isCloseTo(cosine, within(1e-5));
      check(done, model.generate(prompt(ids, always, Term.of(vector, 5).at(2))).get(0));
    }
  }

  /** A vector that acts at the very site that is looked at does not see itself. */
  @Test
  void readingsDoNotSeeTheVectorItself() {
    try (SteeredModel model = open("withpast")) {
      long[] ids = {4, 8, 15, 16};
      Floats direction = new Floats(new long[] {WIDTH}, vectorValues());
      double cosine = cosine(ids, direction, false, Gpt2Reference.Edit.NONE);
      Term term = Term.of(vector, 50).at(0).when(Condition.above(TAP, direction, cosine - 0.01));
      Completion done = model.generate(prompt(ids, term)).get(0);
      assertThat(done.readings().get(0).cosine()).isCloseTo(cosine, within(1e-5));
      check(done, model.generate(prompt(ids, Term.of(vector, 50).at(0))).get(0));
    }
  }

  private float[] vectorValues() {
    return ((Edit.Add) vector.placeless().orElseThrow()).vector().values();
  }

  @Test
  void generatedTokensAloneMayBeSteered() {
    try (SteeredModel model = open("withpast")) {
      long[] ids = {4, 8, 15, 16};
      Term term = Term.of(vector, 3).at(2).on(Positions.GENERATED);
      Term always = term.when(Condition.above(TAP, floats(1), -1));
      check(model.generate(prompt(ids, always)).get(0), model.generate(prompt(ids, term)).get(0));
    }
  }

  @Test
  void noDirectionIsNoCosine() {
    try (SteeredModel model = open("withpast")) {
      Floats zero = Floats.filled(0, WIDTH);
      Term term = Term.of(vector, 3).at(2).when(Condition.above(TAP, zero, 0));
      Completion done = model.generate(prompt(new long[] {1, 2}, term)).get(0);
      assertThat(done.readings().get(0).cosine()).isZero();
      assertThat(done.readings().get(0).acts()).isFalse();
    }
  }

  /** A decoder that takes one token at a time, without the half that runs prompts. */
  @Test
  void promptsMayBeRunTokenByToken() {
    assumeTrue(TestModels.isSharedThere(), "no ../shared/graphs");
    String[] targets = {"1.resid_mid:tap", "2.resid_post:add"};
    Path whole =
        TestModels.patched(
            TestModels.shared("gpt2a-o19-legacy-op13/decoder_model.onnx"),
            folder,
            InputMode.OPTIONAL,
            targets);
    Path step =
        TestModels.patched(
            TestModels.shared("gpt2a-o19-legacy-op13/decoder_with_past_model.onnx"),
            folder,
            InputMode.OPTIONAL,
            targets);
    float[] wide = new float[64];
    float[] look = new float[64];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = (float) random.nextGaussian();
      look[i] = (float) random.nextGaussian();
    }
    Floats direction = new Floats(new long[] {64}, look);
    try (SteeredModel all = SteeredModel.open(whole);
        SteeredModel one = SteeredModel.open(step)) {
      long[] ids = {4, 8, 15, 16};
      for (boolean last : new boolean[] {false, true}) {
        Condition when = Condition.above(TAP, direction, -1);
        Term term = Term.of(Vector.of("w", wide), 1).at(2).when(last ? when.atLastToken() : when);
        Completion expected = all.generate(prompt(ids, term)).get(0);
        Completion done = one.generate(prompt(ids, term)).get(0);
        assertThat(done.readings().get(0).cosine())
            .isCloseTo(expected.readings().get(0).cosine(), within(1e-5));
        check(done, expected);
        assertThat(done.tokens()).isNotEqualTo(one.generate(prompt(ids)).get(0).tokens());
        List<Completion> rows =
            one.generate(prompt(ids), prompt(ids, term), prompt(new long[] {7}));
        check(rows.get(1), expected);
        check(rows.get(0), all.generate(prompt(ids)).get(0));
        check(rows.get(2), all.generate(prompt(new long[] {7})).get(0));
      }
    }
  }

  private SteeredModel open(String name) {
    return SteeredModel.open(
        TestModels.patched(
            name, folder, "0.resid_post:add", "1.resid_mid:tap", "2.resid_post:add"));
  }

  private static void check(List<Reading> readings, Reading expected) {
    assertThat(readings).hasSize(1);
    Reading reading = readings.get(0);
    assertThat(reading.cosine()).as("seed " + SEED).isCloseTo(expected.cosine(), within(1e-5));
    assertThat(reading.acts()).isEqualTo(expected.acts());
    assertThat(reading.vector()).isEqualTo(expected.vector());
    assertThat(reading.site()).isEqualTo(expected.site());
    assertThat(reading.threshold()).isEqualTo(expected.threshold());
  }

  private static void check(Completion measured, Completion expected) {
    assertThat(measured.tokens()).as("seed " + SEED).isEqualTo(expected.tokens());
    for (int step = 0; step < measured.tokens().length; step++) {
      assertThat(measured.scores().get(step).logprob())
          .isCloseTo(expected.scores().get(step).logprob(), within(1e-4));
    }
  }

  /** The cosine by the formulas of the model, in double precision. */
  private static double cosine(
      long[] ids, Floats direction, boolean last, Gpt2Reference.Edit edit) {
    Gpt2Reference.Run run =
        Gpt2Reference.run(TestData.graph("withpast").model(), Batch.single(ids), edit);
    double[][] x = run.at(1, "resid_mid")[0];
    double dot = 0;
    double squares = 0;
    double own = 0;
    for (int i = 0; i < WIDTH; i++) {
      double mean = 0;
      for (int position = last ? ids.length - 1 : 0; position < ids.length; position++) {
        mean += x[position][i] / (last ? 1 : ids.length);
      }
      dot += mean * direction.values()[i];
      squares += mean * mean;
      own += direction.values()[i] * direction.values()[i];
    }
    return dot / Math.sqrt(squares * own);
  }

  private static Prompt prompt(long[] ids, Term... terms) {
    return Prompt.ofIds(ids)
        .steered(Steering.of(terms))
        .with(s -> s.greedy().maxNewTokens(5).logprobs(1));
  }

  private static double[] sum(double[] x, float[] vector) {
    double[] sum = x.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += vector[i];
    }
    return sum;
  }

  private Floats floats(double size) {
    float[] values = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      values[i] = (float) (size * random.nextGaussian());
    }
    return new Floats(new long[] {WIDTH}, values);
  }
}
