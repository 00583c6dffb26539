package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.steerc.Patched;
import dev.steerc.Steerc;
import dev.steerc.Weights;
import dev.steerc.plan.AddVector;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Intervention;
import dev.steerc.plan.Request;
import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.Engine;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.proof.Proof;
import dev.steerc.runtime.proof.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A thin model is the patched model, with its weights elsewhere. */
class ThinLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 7);

  /** Some of each kind. */
  private static final Set<String> CHOSEN =
      Set.of(
          "withpast",
          "static-idsonly-ir3",
          "external",
          "merged",
          "merged-inner",
          "functions-own",
          "functions-nested",
          "fused",
          "int8",
          "int4",
          "qdq",
          "fp16",
          "fp16-stored",
          "opset23",
          "wire");

  @TempDir private Path folder;

  static List<ModelUnderTest> models() {
    List<ModelUnderTest> chosen =
        ModelUnderTest.committed().stream().filter(m -> CHOSEN.contains(m.name())).toList();
    assertThat(chosen).hasSameSizeAs(CHOSEN);
    return chosen;
  }

  @ParameterizedTest
  @MethodSource("models")
  void unpatchGivesTheOriginalBack(ModelUnderTest model) throws IOException {
    Path thin = thin(model, "thin.onnx");
    Path restored = Files.createDirectory(folder.resolve("elsewhere")).resolve("restored.onnx");
    Steerc.unpatch(thin, restored);
    assertThat(restored).hasSameBinaryContentAs(model.path());
  }

  @ParameterizedTest
  @MethodSource("models")
  void patchingAgainGivesTheSameFile(ModelUnderTest model) {
    Path thin = thin(model, "thin.onnx");
    Path twice = thin(model, "twice.onnx");
    Path again = folder.resolve("again.onnx");
    Steerc.patch(thin, request(model), again);
    assertThat(twice).hasSameBinaryContentAs(thin);
    assertThat(again).hasSameBinaryContentAs(thin);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyBitIsThatOfThePatchedModel(ModelUnderTest model) {
    Path thin = thin(model, "thin.onnx");
    Path plain = folder.resolve("plain.onnx");
    Steerc.patch(original(model), request(model), plain);
    for (OptLevel level : List.of(OptLevel.NO_OPT, OptLevel.ALL_OPT)) {
      assertThat(outputs(model, thin, level)).isEqualTo(outputs(model, plain, level));
    }
  }

  /** As in Hugging Face's cache, where ONNX Runtime refuses to follow the link. */
  @ParameterizedTest
  @ValueSource(strings = {"withpast", "merged-inner", "external"})
  void originalMayBeALinkThatLeavesTheFolder(String name) throws IOException {
    ModelUnderTest model = named(name);
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots/abc"));
    Path linked = snapshot.resolve("model.onnx");
    Files.move(original(model), blobs.resolve("1f2e3d"));
    Files.createSymbolicLink(linked, Path.of("../../blobs/1f2e3d"));
    Path data = folder.resolve(name + ".onnx_data");
    if (Files.exists(data)) {
      Files.move(data, blobs.resolve("4c5b6a"));
      Files.createSymbolicLink(snapshot.resolve(name + ".onnx_data"), blobs.resolve("4c5b6a"));
    }
    Path thin = snapshot.resolve("thin.onnx");
    Path plain = snapshot.resolve("plain.onnx");
    Steerc.patch(linked, request(model), thin, Weights.REFERRED);
    Steerc.patch(linked, request(model), plain);
    assertThat(outputs(model, thin, OptLevel.ALL_OPT))
        .isEqualTo(outputs(model, plain, OptLevel.ALL_OPT));
  }

  @Test
  void changedOriginalIsNotRun() throws IOException {
    ModelUnderTest model = named("withpast");
    Path source = folder.resolve("m.onnx");
    Files.copy(model.path(), source);
    Path thin = folder.resolve("thin.onnx");
    Steerc.patch(source, request(model), thin, Weights.REFERRED);
    byte[] bytes = Files.readAllBytes(source);
    bytes[bytes.length / 2] ^= 1;
    Files.write(source, bytes);
    assertThat(refusal(thin)).isEqualTo(Code.ORIGINAL_CHANGED);
    Files.delete(source);
    assertThat(refusal(thin)).isEqualTo(Code.ORIGINAL_MISSING);
  }

  private static Code refusal(Path model) {
    Throwable thrown = catchThrowable(() -> Engine.open(model, OptLevel.ALL_OPT).close());
    assertThat(thrown).isInstanceOf(SteercException.class);
    return ((SteercException) thrown).problems().get(0).code();
  }

  @Test
  void verifyProvesIt() {
    ModelUnderTest model = named("withpast");
    Path thin = thin(model, "thin.onnx");
    Proof proof = Proof.of(original(model), thin, SEED, (what, done, all) -> {});
    assertThat(proof.holds()).isTrue();
  }

  private static ModelUnderTest named(String name) {
    return models().stream().filter(model -> model.name().equals(name)).findFirst().orElseThrow();
  }

  /** The original, in the folder of the test. */
  private Path original(ModelUnderTest model) {
    Path copy = folder.resolve(model.name() + ".onnx");
    if (!Files.exists(copy)) {
      Steerc.copy(model.path(), copy);
    }
    return copy;
  }

  private Path thin(ModelUnderTest model, String name) {
    Path output = folder.resolve(name);
    Patched patched = Steerc.patch(original(model), request(model), output, Weights.REFERRED);
    boolean elsewhere = Set.of("external", "merged-inner").contains(model.name());
    assertThat(patched.isThin()).as(model.name()).isNotEqualTo(elsewhere);
    assertThat(patched.grown() < 0).as(model.name()).isNotEqualTo(elsewhere);
    return output;
  }

  private static Request request(ModelUnderTest model) {
    List<Intervention> adds = new ArrayList<>();
    model.sites().forEach(site -> adds.add(new AddVector(site)));
    return Request.of(adds, InputMode.OPTIONAL);
  }

  /** All outputs, unfed and steered at every site. */
  private static List<Map<String, List<Float>>> outputs(
      ModelUnderTest model, Path file, OptLevel level) {
    List<Map<String, List<Float>>> all = new ArrayList<>();
    try (Engine engine = Engine.open(file, level)) {
      for (Trial trial : Trial.of(engine.inputs(), Optional.of(model.residual()), SEED)) {
        all.add(bits(engine.run(trial.feeds(), Map.of())));
        Inputs inputs = new Inputs(SEED);
        List<Steering> steerings = new ArrayList<>();
        for (Site.InBlock site : model.sites()) {
          steerings.add(inputs.add(site, model.residual().hidden(), trial.rows(), trial.tokens()));
        }
        all.add(bits(engine.run(trial.feeds(), Steering.feeds(steerings))));
      }
    }
    return all;
  }

  private static Map<String, List<Float>> bits(Map<String, Floats> outputs) {
    Map<String, List<Float>> bits = new HashMap<>();
    outputs.forEach(
        (name, floats) -> {
          List<Float> values = new ArrayList<>();
          for (float value : floats.values()) {
            values.add(value);
          }
          bits.put(name, values);
        });
    return bits;
  }
}
