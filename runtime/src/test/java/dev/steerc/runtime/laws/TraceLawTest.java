package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Batch;
import dev.steerc.models.Gpt2Reference;
import dev.steerc.models.TestGraph;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.runtime.Completion;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.Trace;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A trace of a text is what generating it showed, row by row and together (laws 3, 5 and 6). */
class TraceLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 43);
  private static final int ROWS = 5;
  private static final int NEW = 3;

  @TempDir private Path folder;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void tellTheSeed() {
    System.out.println("TraceLawTest: -Dsteerc.seed=" + SEED);
  }

  static Stream<ModelUnderTest> models() {
    return GenerationLawTest.models();
  }

  static Stream<ModelUnderTest> goldenModels() {
    return models().filter(Golden::isThereFor);
  }

  @ParameterizedTest
  @MethodSource("models")
  void tracesEqualWhatGeneratingShowed(ModelUnderTest model) {
    List<Completion> texts = new ArrayList<>();
    List<Trace> traces = new ArrayList<>();
    float[] vector = vector(model);
    try (SteeredModel steered = open(model)) {
      List<Prompt> whole = new ArrayList<>();
      for (int row = 0; row < ROWS; row++) {
        Steering steering = steering(model, vector, row);
        Completion text = text(steered, steering);
        texts.add(text);
        whole.add(Prompt.ofIds(whole(text)).steered(steering));
        Trace alone = steered.trace(whole.get(row)).get(0);
        checkGenerated(model, text, alone);
        traces.add(alone);
      }
      List<Trace> together = steered.trace(whole.toArray(Prompt[]::new));
      for (int row = 0; row < ROWS; row++) {
        assertThat(together.get(row).tokens()).isEqualTo(traces.get(row).tokens());
        assertThat(together.get(row).logprobs()[0]).isZero();
        check(model, "batch", traces.get(row), together.get(row));
      }
    }
    for (int row = 0; row < ROWS && model.graph().isPresent(); row++) {
      check(
          model,
          "reference",
          reference(model, whole(texts.get(row)), vector, row),
          traces.get(row));
    }
  }

  private Completion text(SteeredModel model, Steering steering) {
    int most = Math.min(8, model.context().orElse(100) - NEW);
    long[] ids = random.longs(1 + random.nextInt(most), 0, model.vocabulary()).toArray();
    Prompt prompt =
        Prompt.ofIds(ids)
            .steered(steering)
            .with(s -> s.greedy().maxNewTokens(NEW).endTokens(Set.of()).logprobs(1));
    return model.generate(prompt).get(0).orThrow();
  }

  private static long[] whole(Completion text) {
    int prompt = text.prompt().length;
    long[] whole = Arrays.copyOf(text.prompt(), prompt + text.tokens().length);
    System.arraycopy(text.tokens(), 0, whole, prompt, text.tokens().length);
    return whole;
  }

  private static void checkGenerated(ModelUnderTest model, Completion text, Trace trace) {
    int prompt = text.prompt().length;
    float[] told = new float[text.tokens().length];
    for (int i = 0; i < told.length; i++) {
      told[i] = (float) text.scores().get(i).logprob();
    }
    float[] measured = Arrays.copyOfRange(trace.logprobs(), prompt, trace.logprobs().length);
    check(model, "generated", "scores", column(told), column(measured));
  }

  private static void check(ModelUnderTest model, String law, Trace expected, Trace measured) {
    check(model, law, "scores", column(expected.logprobs()), column(measured.logprobs()));
    assertThat(measured.activations().keySet()).isEqualTo(Set.copyOf(tapped(model)));
    for (Site.InBlock site : tapped(model)) {
      Floats wanted = expected.activations().get(site);
      Floats there = measured.activations().get(site);
      assertThat(there.dims()).containsExactly(expected.tokens().length, wanted.width());
      check(model, law, site.text(), scaled(wanted, wanted), scaled(there, wanted));
    }
  }

  /**
   * As [1, tokens, hidden], in a unit in which no number is above 10, as no logit is: the streams
   * of trained models have numbers in the hundreds, whose last bit is more than the tolerance.
   */
  private static Floats scaled(Floats activations, Floats like) {
    float largest = 10;
    for (float value : like.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    float[] values = activations.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= 10 / largest;
    }
    return row(new Floats(activations.dims(), values));
  }

  /** Two runs of a model that is not exact differ by what either of them is off. */
  private static void check(
      ModelUnderTest model, String law, String what, Floats expected, Floats measured) {
    Batch batch = Batch.single(new long[(int) expected.dims()[1]]);
    double difference = model.kind().difference(new Comparison().add(expected, measured, batch, 0));
    boolean exact = model.kind() == ModelUnderTest.Kind.FLOAT32 || law.equals("reference");
    Comparison.report("traced, " + law + " " + model, difference);
    assertThat(difference)
        .as("%s %s: %s, seed %d", law, model, what, SEED)
        .isLessThanOrEqualTo((exact ? 1 : 2) * model.kind().tolerance());
  }

  /** As [1, tokens, 1]. */
  private static Floats column(float[] numbers) {
    return new Floats(new long[] {1, numbers.length, 1}, numbers);
  }

  /** As [1, tokens, hidden]. */
  private static Floats row(Floats activations) {
    long[] dims = {1, activations.dims()[0], activations.width()};
    return new Floats(dims, activations.values());
  }

  private static Trace reference(ModelUnderTest model, long[] ids, float[] vector, int row) {
    TestGraph graph = model.graph().orElseThrow();
    Gpt2Reference.Edit edit =
        Gpt2Reference.Edit.at(middle(model).block(), "resid_post", x -> moved(x, vector, row));
    Gpt2Reference.Run run = Gpt2Reference.run(graph.model(), Batch.single(ids), edit);
    var activations = new LinkedHashMap<Site, Floats>();
    for (Site.InBlock site : tapped(model)) {
      Floats values = Comparison.floats(run.at(site.block(), site.kind().label()));
      activations.put(site, new Floats(new long[] {ids.length, vector.length}, values.values()));
    }
    return new Trace(ids, logprobs(run.logits()[0], ids), activations);
  }

  private static double[] moved(double[] x, float[] vector, int times) {
    double[] moved = x.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += times * vector[i];
    }
    return moved;
  }

  private static float[] logprobs(double[][] logits, long[] ids) {
    float[] logprobs = new float[ids.length];
    for (int i = 1; i < ids.length; i++) {
      double sum = Arrays.stream(logits[i - 1]).map(Math::exp).sum();
      logprobs[i] = (float) (logits[i - 1][(int) ids[i]] - Math.log(sum));
    }
    return logprobs;
  }

  /** Both inputs of the golden numbers in one call: a text, and one that is padded beside it. */
  @ParameterizedTest
  @MethodSource("goldenModels")
  void tracesEqualPyTorch(ModelUnderTest model) {
    Golden golden = Golden.of(model);
    List<Intervention> taps = new ArrayList<>();
    for (int block = 0; block < model.residual().blocks(); block++) {
      taps.add(new Tap(new Site.InBlock(block, Site.Kind.RESID_POST)));
    }
    Path patched = model.patched(folder, Request.of(taps, InputMode.OPTIONAL));
    try (SteeredModel traced = SteeredModel.open(patched)) {
      Batch single = golden.input("single");
      Batch batch = golden.input("batch");
      int most = traced.context().orElse(1000);
      List<Trace> traces =
          traced.trace(prompt(single, 0, most), prompt(batch, 0, most), prompt(batch, 1, most));
      Floats logits = golden.unsteered("batch");
      checkGolden(model, single, 0, golden.unsteered("single"), traces.get(0));
      checkGolden(model, batch, 0, logits, traces.get(1));
      checkGolden(model, batch, 1, logits, traces.get(2));
      for (Intervention tap : taps) {
        Floats there = traces.get(0).activations().get(tap.site());
        check(model, "reference", "PyTorch", golden.value((Site.InBlock) tap.site()), row(there));
      }
    }
  }

  private static Prompt prompt(Batch batch, int row, int most) {
    int padding = padding(batch, row);
    int end = Math.min(batch.width(), padding + most);
    return Prompt.ofIds(Arrays.copyOfRange(batch.ids()[row], padding, end));
  }

  private static int padding(Batch batch, int row) {
    return (int) Arrays.stream(batch.mask()[row]).filter(m -> m == 0).count();
  }

  private static void checkGolden(
      ModelUnderTest model, Batch batch, int row, Floats logits, Trace trace) {
    int width = logits.width();
    double[][] own = new double[trace.tokens().length][width];
    for (int i = 0; i < own.length; i++) {
      for (int token = 0; token < width; token++) {
        int at = row * batch.width() + padding(batch, row) + i;
        own[i][token] = logits.values()[at * width + token];
      }
    }
    Floats expected = column(logprobs(own, trace.tokens()));
    check(model, "reference", "PyTorch", expected, column(trace.logprobs()));
  }

  private SteeredModel open(ModelUnderTest model) {
    List<Intervention> all = new ArrayList<>(List.of(new AddVector(middle(model))));
    tapped(model).forEach(site -> all.add(new Tap(site)));
    InputMode mode = InputMode.values()[model.name().length() % 2];
    return SteeredModel.open(model.patched(folder, Request.of(all, mode)));
  }

  private static Site.InBlock middle(ModelUnderTest model) {
    return new Site.InBlock((model.residual().blocks() - 1) / 2, Site.Kind.RESID_POST);
  }

  /** Before the edit, right behind it, and at the end. */
  private static List<Site.InBlock> tapped(ModelUnderTest model) {
    int last = model.residual().blocks() - 1;
    return Stream.of(
            new Site.InBlock(0, Site.Kind.ATTN_OUT),
            middle(model),
            new Site.InBlock(last, Site.Kind.RESID_POST))
        .distinct()
        .toList();
  }

  private float[] vector(ModelUnderTest model) {
    float[] vector = new float[model.residual().hidden()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Every row gets more of the vector; the first none. */
  private static Steering steering(ModelUnderTest model, float[] vector, int times) {
    return times == 0
        ? Steering.NONE
        : Steering.of(Term.of(Vector.of("v", vector), times).at(middle(model)));
  }
}
