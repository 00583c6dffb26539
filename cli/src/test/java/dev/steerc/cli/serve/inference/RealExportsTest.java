package dev.steerc.cli.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.TestData;
import dev.steerc.onnx.ElementType;
import dev.steerc.runtime.ModelOptions;
import dev.steerc.runtime.RawModel;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What real exporters declare of their graphs refuses nothing that the graphs take. */
class RealExportsTest {
  private static final Path SHARED = TestData.root().resolve("../shared/graphs").normalize();

  static List<Path> graphs() throws IOException {
    if (!Files.isDirectory(SHARED)) {
      return List.of(TestData.root().resolve("testdata/graphs/withpast.onnx"));
    }
    try (Stream<Path> files = Files.walk(SHARED, 2)) {
      return files
          .filter(file -> file.toString().endsWith(".onnx"))
          .filter(file -> !file.toString().matches(".*/h-ort-.*"))
          .sorted()
          .toList();
    }
  }

  private static TensorData data(Numbers numbers) {
    ElementType type = Datatype.named(numbers.datatype()).orElseThrow().type();
    TensorData data = TensorData.zeros(type, numbers.shape());
    data.data().put(numbers.bytes());
    return data;
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void outputsAreThoseOfTheGraph(Path graph) throws Exception {
    boolean isStep = graph.endsWith("decoder_with_past_model.onnx");
    try (Direct direct = Direct.open(graph);
        SteeredModel model = SteeredModel.open(graph, ModelOptions.DEFAULT.threads(1))) {
      int rows = graph.toString().contains("genai") ? 1 : 2; // all that its attention takes
      Map<String, Numbers> inputs = direct.made(new Random(5), rows, isStep ? 1 : 4, 2);
      Map<String, Numbers> expected = direct.run(inputs);
      Map<String, TensorData> feeds = new LinkedHashMap<>();
      inputs.forEach((name, numbers) -> feeds.put(name, data(numbers)));
      RawModel raw = model.raw();
      Map<String, TensorData> outputs = raw.infer(feeds, expected.keySet());
      assertThat(outputs.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, numbers) -> {
            TensorData given = outputs.get(name);
            Numbers read =
                Numbers.of(
                    numbers.datatype(), i -> ((Number) given.get(i)).doubleValue(), given.dims());
            assertThat(read.distance(numbers)).as(name).isLessThan(0.05);
          });
      raw.sizes(feeds)
          .forEach(
              (name, bytes) ->
                  assertThat(bytes)
                      .as("size of " + name)
                      .isGreaterThanOrEqualTo(outputs.get(name).data().limit()));
    }
  }
}
