package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.models.Batch;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.residual.Place;
import dev.steerc.residual.Residual;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Real exporters' graphs against PyTorch with forward hooks (law 3). */
class GoldenTest {
  private static final int SPLIT = 8;
  private static final double COSINE = 0.999;
  private static final double COSINE_OF_SMALL_CHANGE = 0.95;

  @TempDir private Path folder;

  @BeforeAll
  static void numbersAreThere() {
    assumeTrue(ModelUnderTest.isSharedThere(), "no ../shared/graphs");
  }

  static Stream<ModelUnderTest> models() {
    return ModelUnderTest.shared().stream().filter(Golden::isThereFor);
  }

  static Stream<ModelUnderTest> exactCachedModels() {
    return models()
        .filter(ModelUnderTest::isCached)
        .filter(m -> m.kind() == ModelUnderTest.Kind.FLOAT32);
  }

  static Stream<ModelUnderTest> promptModels() {
    return models().filter(m -> !m.isStepOnly());
  }

  /** Every case that the graph can run: as one prompt, and as a prompt and a cached step. */
  @ParameterizedTest
  @MethodSource("models")
  void steeredLogitsEqualPyTorch(ModelUnderTest model) {
    Golden golden = Golden.of(model);
    try (Decoders decoders = new Decoders(model, folder)) {
      for (Golden.Case one : golden.cases()) {
        boolean padded = one.input().equals("batch");
        if (padded && !decoders.original().takesPadding()) {
          continue;
        }
        assertThat(model.sites()).as(one.id()).containsAll(sites(golden, one));
        if (!model.isStepOnly()) {
          check(model, golden, one, decoders, 0);
        }
        if (model.isCached() && !padded) {
          check(model, golden, one, decoders, SPLIT);
        }
      }
    }
  }

  private static List<Site.InBlock> sites(Golden golden, Golden.Case one) {
    return golden.steering(one.ops(), SPLIT + 1).stream().map(Steering::site).toList();
  }

  private static void check(
      ModelUnderTest model, Golden golden, Golden.Case one, Decoders decoders, int split) {
    Batch batch = fitting(decoders.original(), golden.input(one.input()));
    List<Steering> steering = golden.steering(one.ops(), batch.width());
    String law = split > 0 ? "golden cached" : "golden";
    Comparison steered = compare(decoders.of(steering), batch, split, steering, one.logits());
    if (!model.kind().isQuantised()) {
      steered.within(model, law, one);
    }
    if (model.kind() == ModelUnderTest.Kind.FLOAT32) {
      return;
    }
    Floats base = golden.unsteered(one.input());
    Comparison unsteered = compare(decoders.original(), batch, split, List.of(), base);
    Comparison.Change change = steered.changeFrom(unsteered);
    String what = law + " " + model + ": " + one;
    Comparison.report("1 - cosine of " + what, 1 - change.cosine());
    assertThat(change.noise()).as(what).isLessThanOrEqualTo(model.kind().tolerance());
    // an ablation moves the logits by 0.1 to 0.4 only, which is little beside the noise of integers
    boolean isSmall = model.kind().isQuantised() && change.size() < 1;
    double bound = isSmall ? COSINE_OF_SMALL_CHANGE : COSINE;
    assertThat(change.cosine()).as(what).isGreaterThanOrEqualTo(bound);
  }

  private static Comparison compare(
      Decoder decoder, Batch batch, int split, List<Steering> steering, Floats golden) {
    if (split == 0) {
      Floats logits = decoder.run(batch, steering).get("logits");
      return new Comparison().add(golden, logits, batch, 0);
    }
    List<Floats> logits = decoder.logits(batch, split, steering);
    return new Comparison().add(golden, logits.get(1), batch, split);
  }

  /**
   * A graph of fixed size gets the first tokens of the row, in each of its rows: attention is
   * causal, so the logits there are those of the whole row, edits of later columns or not.
   */
  private static Batch fitting(Decoder decoder, Batch batch) {
    if (decoder.fixedWidth() < 0) {
      return batch;
    }
    long[] ids = Arrays.copyOf(batch.ids()[0], decoder.fixedWidth());
    long[][] rows = new long[decoder.fixedRows()][];
    Arrays.fill(rows, ids);
    return Batch.leftPadded(rows);
  }

  @ParameterizedTest
  @MethodSource("exactCachedModels")
  void greedyContinuationsEqualPyTorch(ModelUnderTest model) {
    Golden golden = Golden.of(model);
    assertThat(golden.continuations()).hasSize(6);
    try (Decoders decoders = new Decoders(model, folder)) {
      for (Golden.Greedy greedy : golden.continuations()) {
        int columns = golden.prompt().width() + greedy.tokens().length;
        List<Steering> steering = golden.steering(greedy.ops(), columns);
        checkContinuation(model, decoders.of(steering), golden.prompt(), greedy, steering);
      }
    }
  }

  /** Feeds the tokens that it takes itself, so one wrong token spoils all later ones. */
  private static void checkContinuation(
      ModelUnderTest model,
      Decoder decoder,
      Batch prompt,
      Golden.Greedy greedy,
      List<Steering> steering) {
    long[] ids = Arrays.copyOf(prompt.ids()[0], prompt.width() + greedy.tokens().length);
    Decoder.Past past = Decoder.Past.NONE;
    int first = 0;
    for (int i = 0; i < greedy.tokens().length; i++) {
      int end = prompt.width() + i;
      Batch batch = Batch.single(Arrays.copyOf(ids, end)).from(first);
      Decoder.Step step = decoder.run(batch, past, Steering.columns(steering, first, end));
      float[] logits = last(step.get("logits"));
      new Comparison()
          .add(
              row(greedy.logits().values(), i, logits.length),
              row(logits, 0, logits.length),
              Batch.single(0),
              0)
          .within(model, "greedy", greedy.ops() + ", " + i);
      ids[end] = argmax(logits);
      assertThat(ids[end]).isEqualTo(greedy.tokens()[i]);
      past = step.past();
      first = end;
    }
  }

  private static Floats row(float[] values, int row, int width) {
    float[] part = Arrays.copyOfRange(values, row * width, (row + 1) * width);
    return new Floats(new long[] {1, 1, width}, part);
  }

  private static float[] last(Floats logits) {
    int end = logits.values().length;
    return Arrays.copyOfRange(logits.values(), end - logits.width(), end);
  }

  private static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  @ParameterizedTest
  @MethodSource("promptModels")
  void tapsEqualPyTorchsValues(ModelUnderTest model) {
    Golden golden = Golden.of(model);
    List<Site.InBlock> sites =
        model.sites().stream()
            .filter(s -> s.kind() != Site.Kind.RESID_PRE && s.kind() != Site.Kind.RESID_MID)
            .toList();
    List<Intervention> taps = sites.stream().map(s -> (Intervention) new Tap(s)).toList();
    try (Decoder decoder = Decoder.patched(model, folder, InputMode.OPTIONAL, taps)) {
      Batch batch = fitting(decoder, golden.input("single"));
      Decoder.Step step = decoder.run(batch, List.of());
      for (Site.InBlock site : sites) {
        Floats tap = step.get(new Tap(site).output());
        new Comparison()
            .add(golden.value(site), tap, batch, 0)
            .within(model, "tap against PyTorch", site);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void sitesAreThoseOfTheAnswerKey(ModelUnderTest model) {
    Residual residual = model.residual();
    JsonNode key = Golden.answerKey(model);
    if (key.has("then_branch")) {
      checkKey(model, residual, 0, key.get("then_branch"));
      checkKey(model, residual, 1, key.get("else_branch"));
    } else {
      checkKey(model, residual, 0, key);
    }
  }

  private static void checkKey(ModelUnderTest model, Residual residual, int stream, JsonNode key) {
    int listed = 0;
    for (Site.Kind kind : List.of(Site.Kind.RESID_POST, Site.Kind.ATTN_OUT, Site.Kind.MLP_OUT)) {
      JsonNode blocks = key.get(name(kind));
      for (int i = 0; blocks != null && i < blocks.size(); i++) {
        List<String> values = blocks.get(i).valueStream().map(JsonNode::asString).toList();
        Optional<Place> place = kind.in(residual.streams().get(stream).blocks().get(i));
        if (!values.isEmpty() && place.isPresent()) {
          assertThat(values).as(kind + " " + i).contains(place.orElseThrow().value());
          listed++;
        }
      }
    }
    assertThat(listed).isPositive();
  }

  private static String name(Site.Kind kind) {
    return kind == Site.Kind.RESID_POST ? "block_out" : kind.label();
  }
}
