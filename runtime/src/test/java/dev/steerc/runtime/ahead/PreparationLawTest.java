package dev.steerc.runtime.ahead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.Steerc;
import dev.steerc.Weights;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.OnnxRuntime;
import dev.steerc.runtime.Prompt;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TestModels;
import dev.steerc.runtime.TokenScore;
import dev.steerc.runtime.prepared.Prepared;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is prepared of a model gives the model's numbers, steered and plain, or is refused. */
class PreparationLawTest {
  private static final String ADD = "0.resid_post:add";
  private static final ModelOptions OPTIONS = ModelOptions.DEFAULT.threads(1);

  /** One of each kind; the last ones cannot be run. */
  private static final List<String> CHOSEN =
      List.of(
          "graphs/withpast",
          "graphs/static-idsonly-ir3",
          "graphs/external",
          "graphs/merged",
          "graphs/merged-inner",
          "graphs/functions-nested",
          "graphs/fused",
          "graphs/int8",
          "graphs/int4",
          "graphs/qdq",
          "graphs/fp16",
          "graphs/fp16-stored",
          "families/llama-genai",
          "families/mixtral-fused",
          "graphs/no-head",
          "containers/beam-search");

  @TempDir private Path folder;

  static Stream<Path> models() {
    return CHOSEN.stream().map(PreparationLawTest::model);
  }

  private static Path model(String name) {
    return TestData.root().resolve("testdata").resolve(name + ".onnx");
  }

  @ParameterizedTest
  @MethodSource("models")
  void preparedIsTheModelOrRefused(Path original) {
    Path model = patched(original);
    Path prepared = folder.resolve("prepared");
    SteercException plain = catchThrowableOfType(SteercException.class, () -> together(model));
    if (plain == null) {
      same(model);
      return;
    }
    assertThat(
            CHOSEN.subList(CHOSEN.size() - 2, CHOSEN.size()).stream()
                .map(PreparationLawTest::model))
        .contains(original);
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(() -> Preparation.write(model, prepared))
        .satisfies(e -> assertThat(e.problems()).isEqualTo(plain.problems()));
    assertThat(prepared).doesNotExist();
  }

  @Test
  void thinModelsArePrepared() throws IOException {
    Path original = Files.copy(model("graphs/withpast"), folder.resolve("original.onnx"));
    Path thin = folder.resolve("thin.onnx");
    Steerc.patch(original, request(ADD), thin, Weights.REFERRED);
    same(thin);
  }

  @Test
  void modelsThatScoreTheLastTokenOnlyArePrepared() {
    Path last = folder.resolve("last.onnx");
    Steerc.patch(model("graphs/withpast"), request(ADD).withLastLogits(true), last);
    same(last);
  }

  /** The bias is an initializer that may be fed, so it must not be folded or packed. */
  @Test
  void biasesStayInputs() {
    Path biased = folder.resolve("biased.onnx");
    Steerc.patch(model("graphs/withpast"), request("0.resid_post:bias"), biased);
    same(biased);
    assertThat(alone(biased, OPTIONS)).isNotEqualTo(alone(model("graphs/withpast"), OPTIONS));
  }

  @Test
  void pairsArePrepared() throws IOException {
    Path pair = Files.createDirectory(folder.resolve("pair"));
    for (String half : List.of("decoder_model.onnx", "decoder_with_past_model.onnx")) {
      Steerc.patch(model("graphs/withpast"), request(ADD), pair.resolve(half));
    }
    assertThat(same(pair).models()).hasSize(2);
  }

  @Test
  void foldersOfGenaiArePrepared() {
    same(TestData.root().resolve("testdata/genai"));
  }

  /** As in Hugging Face's cache. */
  @Test
  void linksAreFollowed() throws IOException {
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots/abc/onnx"));
    for (String name : List.of("external.onnx", "external.onnx_data")) {
      Files.copy(TestModels.graph("external").resolveSibling(name), blobs.resolve(name + ".1f2e"));
      Path link = Path.of("../../../blobs").resolve(name + ".1f2e");
      Files.createSymbolicLink(snapshot.resolve(name), link);
    }
    same(snapshot.resolve("external.onnx"));
    try (Stream<Path> files = Files.list(folder.resolve("prepared"))) {
      assertThat(files).noneMatch(Files::isSymbolicLink);
    }
  }

  private Prepared same(Path model) {
    Path output = folder.resolve("prepared");
    Prepared prepared = Preparation.write(model, output);
    for (Prepared.Model each : prepared.models()) {
      Path decoder = output.resolve(each.name());
      assertThat(Prepared.find(decoder, OnnxRuntime.machine()).model()).contains(each);
    }
    assertThat(together(output)).isEqualTo(together(model));
    close(alone(output, OPTIONS.oneByOne(true)), alone(model, OPTIONS));
    return prepared;
  }

  private Path patched(Path original) {
    try {
      return TestModels.patched(original, folder, InputMode.OPTIONAL, ADD);
    } catch (SteercException e) {
      return original;
    }
  }

  private static Request request(String target) {
    return Request.of(List.of(Target.parse(target, OptionalInt.empty())), InputMode.OPTIONAL);
  }

  /** A plain text and a steered one of another length, in one batch. */
  private static List<List<TokenScore>> together(Path path) {
    try (SteeredModel model = SteeredModel.open(path, OPTIONS)) {
      assertThat(model.doubts()).isEmpty();
      Prompt steered = prompt(model, 2).steered(steering(model));
      return model.generate(prompt(model, 3), steered).stream()
          .map(text -> text.orThrow().scores())
          .toList();
    }
  }

  private static List<TokenScore> alone(Path path, ModelOptions options) {
    try (SteeredModel model = SteeredModel.open(path, options)) {
      assertThat(model.doubts()).isEmpty();
      Prompt prompt = prompt(model, 3).steered(steering(model));
      return model.generate(prompt).get(0).orThrow().scores();
    }
  }

  private static Prompt prompt(SteeredModel model, int length) {
    long[] ids = LongStream.range(0, length).map(i -> (5 + 13 * i) % model.vocabulary()).toArray();
    return Prompt.ofIds(ids).with(s -> s.greedy().maxNewTokens(4).logprobs(10));
  }

  private static Steering steering(SteeredModel model) {
    if (model.ports().steerable().isEmpty()) {
      return Steering.NONE;
    }
    float[] values = new float[Steerc.inspect(model.path()).model().hidden()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i + 1);
    }
    return Steering.of(Vector.of("wave", values), 2);
  }

  /** Without packing, sums of products are rounded in another order. */
  private static void close(List<TokenScore> measured, List<TokenScore> expected) {
    assertThat(measured).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(measured.get(i).token()).isEqualTo(expected.get(i).token());
      assertThat(measured.get(i).logprob()).isCloseTo(expected.get(i).logprob(), within(1e-4));
    }
  }
}
