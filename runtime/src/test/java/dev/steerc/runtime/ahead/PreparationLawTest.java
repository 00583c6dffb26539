package dev.steerc.runtime.ahead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.Steerc;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is prepared of a model gives the model's numbers, steered and plain, or is refused. */
class PreparationLawTest {
  private static final List<String> FAMILIES =
      List.of("llama-genai", "gpt-oss-genai", "gemma-3", "mixtral-fused", "opt", "phi-2-genai");

  @TempDir private Path folder;

  static List<Path> models() throws IOException {
    List<Path> models = new ArrayList<>();
    try (Stream<Path> graphs = Files.list(TestData.root().resolve("testdata/graphs"))) {
      graphs.filter(file -> file.toString().endsWith(".onnx")).sorted().forEach(models::add);
    }
    for (String family : FAMILIES) {
      models.add(TestData.root().resolve("testdata/families/" + family + ".onnx"));
    }
    return models;
  }

  @ParameterizedTest
  @MethodSource("models")
  void preparedIsTheModel(Path original) {
    Path model = patched(original);
    Path prepared = folder.resolve("prepared");
    SteercException plain =
        catchThrowableOfType(SteercException.class, () -> together(model, ModelOptions.DEFAULT));
    SteercException refused =
        catchThrowableOfType(SteercException.class, () -> Preparation.write(model, prepared));
    if (plain != null) {
      assertThat(refused).as("it cannot be run: " + plain.problems()).isNotNull();
      assertThat(refused.problems().get(0).code()).isEqualTo(plain.problems().get(0).code());
      assertThat(prepared).doesNotExist();
      return;
    }
    assertThat(refused).isNull();
    Path file = prepared.resolve(model.getFileName());
    assertThat(Prepared.find(file, OnnxRuntime.machine()).model()).isPresent();
    assertThat(together(file, ModelOptions.DEFAULT))
        .isEqualTo(together(model, ModelOptions.DEFAULT));
    close(alone(file, ModelOptions.DEFAULT.oneByOne(true)), alone(model, ModelOptions.DEFAULT));
  }

  private Path patched(Path original) {
    try {
      return TestModels.patched(original, folder, InputMode.OPTIONAL, "0.resid_post:add");
    } catch (SteercException e) {
      return original;
    }
  }

  /** A plain text and a steered one of another length, in one batch. */
  private static List<List<TokenScore>> together(Path path, ModelOptions options) {
    try (SteeredModel model = SteeredModel.open(path, options)) {
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
