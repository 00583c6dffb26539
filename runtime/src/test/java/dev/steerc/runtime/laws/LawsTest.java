package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Patched;
import dev.steerc.Steerc;
import dev.steerc.manifest.Json;
import dev.steerc.manifest.Manifest;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.Splice;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.StringStringEntryProto;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Request.Operation;
import dev.steerc.plan.Site;
import dev.steerc.plan.Tap;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.proof.Trial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every model there is: laws 1, 2, 4 and 5 of the design. */
class LawsTest {
  private static final long SEED = Long.getLong("steerc.seed", 7);
  private static final int OPERATIONS = 3;
  private static final double OPTIMISED = 1e-5;
  private static final double FLOAT32_STEP = 1e-5;

  /** Two roundings to eleven bits. */
  private static final double FLOAT16_STEP = 0x1p-10;

  /**
   * Not the same bit by bit: in {@code fp16-all} ONNX Runtime rounds a sum to float16 only when
   * something reads it.
   */
  private static final Set<String> ROUNDED = Set.of("fp16-all");

  private static final Map<ModelUnderTest, List<Trial>> TRIALS = new ConcurrentHashMap<>();

  @TempDir private Path folder;

  static List<ModelUnderTest> models() {
    return ModelUnderTest.all();
  }

  // law 1

  @ParameterizedTest
  @MethodSource("models")
  void noEditsGiveBackTheSameBytes(ModelUnderTest model) {
    Path copy = folder.resolve("copy.onnx");
    Splice.of(ModelFile.open(model.path()), new Patch(List.of())).write(copy);
    assertThat(copy).as(model.name()).hasSameBinaryContentAs(model.path());
  }

  @ParameterizedTest
  @MethodSource("models")
  void unpatchGivesTheOriginalBack(ModelUnderTest model) {
    for (InputMode mode : InputMode.values()) {
      Path patched = patch(model.path(), everything(model), mode);
      Path restored = fresh().resolve(model.path().getFileName());
      Steerc.unpatch(patched, restored);
      assertThat(restored).as(model + ", " + mode).hasSameBinaryContentAs(model.path());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void patchingTwiceGivesTheSameFile(ModelUnderTest model) {
    for (InputMode mode : InputMode.values()) {
      Path first = patch(model.path(), everything(model), mode);
      Path second = patch(model.path(), everything(model), mode);
      Path again = patch(first, everything(model), mode);
      assertThat(second).as(model + ", " + mode).hasSameBinaryContentAs(first);
      assertThat(again).as(model + " patched again, " + mode).hasSameBinaryContentAs(first);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void onePatchAfterAnotherEqualsBothAtOnce(ModelUnderTest model) {
    List<Intervention> all = everything(model);
    int middle = all.size() / 2;
    // what is at one site keeps the order that it is asked for in, so that one is not divided
    int border = middle - middle % OPERATIONS;
    for (InputMode mode : InputMode.values()) {
      Path atOnce = patch(model.path(), all, mode);
      List<Intervention> low = all.subList(0, border);
      List<Intervention> high = all.subList(border, all.size());
      Path upwards = patch(patch(model.path(), low, mode), high, mode);
      Path downwards = patch(patch(model.path(), high, mode), low, mode);
      assertThat(upwards).as(model + ", " + mode).hasSameBinaryContentAs(atOnce);
      assertThat(downwards).as(model + ", " + mode).hasSameBinaryContentAs(atOnce);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void operationsAtOneSiteMayComeLater(ModelUnderTest model) {
    List<Intervention> all = everything(model).subList(0, OPERATIONS);
    Path atOnce = patch(model.path(), all, InputMode.OPTIONAL);
    Path first = patch(model.path(), all.subList(0, 1), InputMode.OPTIONAL);
    Path later = patch(first, all.subList(1, OPERATIONS), InputMode.OPTIONAL);
    assertThat(later).as(model.name()).hasSameBinaryContentAs(atOnce);
  }

  @ParameterizedTest
  @MethodSource("models")
  void patchedModelIsDescribedAsTheOriginal(ModelUnderTest model) {
    Path patched = patch(model.path(), everything(model), InputMode.OPTIONAL);
    assertThat(description(patched)).as(model.name()).isEqualTo(description(model.path()));
  }

  /** What {@code steerc inspect --json} says of the model, without what it says of its steering. */
  private static String description(Path model) {
    Map<String, Object> all = new TreeMap<>(Steerc.inspect(model).toMap());
    List.of("steering", "taps", "manifest").forEach(all::remove);
    return Json.write(all);
  }

  // law 2

  @ParameterizedTest
  @MethodSource("models")
  void zeroVectorsChangeNoBit(ModelUnderTest model) {
    List<Intervention> adds = everywhere(model, AddVector::new);
    Path optional = patch(model.path(), adds, InputMode.OPTIONAL);
    Path required = patch(model.path(), adds, InputMode.REQUIRED);
    List<Trial> trials = trials(model);
    for (OptLevel level : levels(model)) {
      List<Map<String, Floats>> expected = run(model.path(), trials, level);
      check(
          model + " unfed, " + level,
          distance(expected, run(optional, trials, level)),
          exactly(model));
      if (level == OptLevel.NO_OPT || level == OptLevel.ALL_OPT) {
        check(
            model + " zero, " + level,
            distance(expected, run(required, trials, level)),
            exactly(model));
      }
    }
  }

  /** What the levels in between do to a graph shows in those of many exporters. */
  private static List<OptLevel> levels(ModelUnderTest model) {
    return ModelUnderTest.families().contains(model)
        ? List.of(OptLevel.NO_OPT, OptLevel.ALL_OPT)
        : List.of(OptLevel.values());
  }

  /**
   * Bit by bit as written. Optimised, a node between two others keeps ONNX Runtime from fusing
   * them, so sums are rounded otherwise; in float16 a rounding is 1e-3 of the value, and quantised
   * linears round what they read to 8 bits, where a last bit may tip a number into the next step.
   */
  @ParameterizedTest
  @MethodSource("models")
  void neutralProjectionsAndTapsChangeNothing(ModelUnderTest model) {
    List<Intervention> both = everywhere(model, Steering::projection, Tap::new);
    Path patched = patch(model.path(), both, InputMode.OPTIONAL);
    List<Trial> trials = trials(model);
    List<Map<String, Floats>> expected = run(model.path(), trials, OptLevel.NO_OPT);
    check(
        model + " as written",
        distance(expected, run(patched, trials, OptLevel.NO_OPT)),
        exactly(model));
    double optimised =
        distance(
            run(model.path(), trials, OptLevel.ALL_OPT), run(patched, trials, OptLevel.ALL_OPT));
    Comparison.report("law 2 at ALL_OPT " + model, optimised);
    double bound =
        model.kind() == ModelUnderTest.Kind.FLOAT32 ? OPTIMISED : model.kind().tolerance();
    check(model + " optimised", optimised, bound);
  }

  private static double exactly(ModelUnderTest model) {
    return ROUNDED.contains(model.name()) ? model.kind().tolerance() : 0;
  }

  /** The trials that the original can run: half of a pair runs prompts or steps, and not both. */
  private static List<Trial> trials(ModelUnderTest model) {
    return TRIALS.computeIfAbsent(model, LawsTest::newTrials);
  }

  private static List<Trial> newTrials(ModelUnderTest model) {
    try (Engine engine = Engine.open(model.path(), OptLevel.ALL_OPT)) {
      List<Trial> trials =
          Trial.of(engine.inputs(), Optional.of(model.residual()), SEED).stream()
              .filter(trial -> runs(engine, trial))
              .toList();
      boolean both = model.isCached() && !model.isStepOnly();
      assertThat(trials).as(model.name()).hasSizeGreaterThanOrEqualTo(both ? 2 : 1);
      return trials;
    }
  }

  private static boolean runs(Engine original, Trial trial) {
    try {
      original.run(trial.feeds(), Map.of());
      return true;
    } catch (SteercException e) {
      return false;
    }
  }

  /** What a file gives, trial by trial; vectors that have to be fed are zero. */
  private static List<Map<String, Floats>> run(Path file, List<Trial> trials, OptLevel level) {
    try (Engine engine = Engine.open(file, level)) {
      Map<String, Floats> zeros = zeros(engine);
      return trials.stream().map(trial -> engine.run(trial.feeds(), zeros)).toList();
    }
  }

  private static Map<String, Floats> zeros(Engine engine) {
    Map<String, Floats> zeros = new HashMap<>();
    engine
        .inputs()
        .forEach(
            (name, info) -> {
              if (name.startsWith("steer.")) {
                zeros.put(name, Floats.filled(0, 1, 1, info.getShape()[2]));
              }
            });
    return zeros;
  }

  private static void check(String what, double measured, double bound) {
    assertThat(measured).as(what + ", seed " + SEED).isLessThanOrEqualTo(bound);
  }

  /** The largest difference of any output; 0 only when every bit is the same. */
  private static double distance(
      List<Map<String, Floats>> expected, List<Map<String, Floats>> measured) {
    double worst = 0;
    for (int trial = 0; trial < expected.size(); trial++) {
      for (Map.Entry<String, Floats> output : expected.get(trial).entrySet()) {
        Floats found = measured.get(trial).get(output.getKey());
        double distance = output.getValue().distance(found);
        boolean same = Arrays.equals(output.getValue().values(), found.values());
        // zeros of different sign are no bit-equal outputs
        worst = Math.max(worst, same ? distance : Math.max(distance, Double.MIN_VALUE));
      }
    }
    return worst;
  }

  // law 4

  @ParameterizedTest
  @MethodSource("models")
  void spliceEqualsFullReencode(ModelUnderTest model) {
    for (InputMode mode : InputMode.values()) {
      Path output = fresh().resolve(model.path().getFileName());
      Patched patched = Steerc.patch(model.path(), Request.of(everything(model), mode), output);
      StringStringEntryProto manifest =
          StringStringEntryProto.newBuilder()
              .setKey(Manifest.KEY)
              .setValue(patched.manifest().toJson())
              .build();
      ModelProto expected =
          FullEncoding.of(patched.plan().file(), patched.patch()).toBuilder()
              .addMetadataProps(manifest)
              .build();
      assertThat(FullEncoding.parse(output).equals(expected)).as(model + ", " + mode).isTrue();
    }
  }

  // law 5

  /** The tap stands behind the addition: ops at one site apply in the order given. */
  @ParameterizedTest
  @MethodSource("models")
  void tapsMoveByExactlyTheVector(ModelUnderTest model) {
    List<Intervention> both = everywhere(model, AddVector::new, Tap::new);
    double step = model.kind() == ModelUnderTest.Kind.FLOAT16 ? FLOAT16_STEP : FLOAT32_STEP;
    Path patched = patch(model.path(), both, InputMode.OPTIONAL);
    try (Engine engine = Engine.open(patched, OptLevel.ALL_OPT)) {
      for (Trial trial : trials(model)) {
        Map<String, Floats> before = engine.run(trial.feeds(), Map.of());
        Inputs inputs = new Inputs(SEED);
        for (Site.InBlock site : model.sites()) {
          Floats was = before.get(new Tap(site).output());
          Steering steering = inputs.add(site, was.width(), trial.rows(), trial.tokens());
          Map<String, Floats> feeds = Steering.feeds(List.of(steering));
          Floats is = engine.run(trial.feeds(), feeds).get(new Tap(site).output());
          double error = error(was, is, steering.ports().get("add"));
          Comparison.report("law 5 " + model, error);
          check(model + " tapped at " + site, error, step);
        }
      }
    }
  }

  /** How far the movement lies from the vector, relative to the largest value there is. */
  private static double error(Floats was, Floats is, Floats vector) {
    double worst = 0;
    for (int i = 0; i < is.values().length; i++) {
      double moved = (double) is.values()[i] - was.values()[i];
      worst = Math.max(worst, Math.abs(moved - vector.values()[i]));
    }
    return worst / Math.max(1, Math.max(was.magnitude(), is.magnitude()));
  }

  // what is asked for

  /** Every operation at every site. */
  private static List<Intervention> everything(ModelUnderTest model) {
    return everywhere(model, AddVector::new, Steering::projection, Tap::new);
  }

  private static List<Intervention> everywhere(ModelUnderTest model, Operation... operations) {
    List<Intervention> all = new ArrayList<>();
    for (Site.InBlock site : model.sites()) {
      for (Operation operation : operations) {
        all.add(operation.at(site));
      }
    }
    return all;
  }

  private Path patch(Path model, List<Intervention> interventions, InputMode mode) {
    Path output = fresh().resolve(model.getFileName());
    Steerc.patch(model, Request.of(interventions, mode), output);
    return output;
  }

  /** A folder of its own, since external data is brought there under its own name. */
  private Path fresh() {
    try {
      return Files.createTempDirectory(folder, "output");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
