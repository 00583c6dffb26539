package dev.steerc.cli.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.Steerc;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server computes is what ONNX Runtime computes on the same graph without steerc. */
class GraphsTest {
  private static final String ADD = "steer.blocks.1.resid_post.add";
  private static final String READ = "steer.blocks.2.resid_mid.";

  @TempDir Path folder;

  private Path patched(String graph, InputMode mode) throws IOException {
    List<String> at = List.of("1.resid_post:add", "2.resid_mid:project");
    Path to = Files.createTempDirectory(folder, "graph").resolve("graph.onnx");
    Steerc.patch(
        TestData.root().resolve("testdata/graphs/" + graph + ".onnx"),
        Request.of(at.stream().map(t -> Target.parse(t, OptionalInt.empty())).toList(), mode),
        to);
    return to;
  }

  private static Map<String, Numbers> steering(Random random, int rows, int tokens) {
    Map<String, Numbers> steering = new LinkedHashMap<>();
    steering.put(ADD, Numbers.floats(i -> (float) random.nextGaussian(), rows, tokens, 24));
    steering.put(READ + "read", Numbers.floats(i -> (float) random.nextGaussian(), rows, 24, 2));
    steering.put(READ + "bias", Numbers.floats(i -> 0.5, 1, 1, 2));
    steering.put(READ + "gain", Numbers.floats(i -> 1, 1, tokens, 2));
    steering.put(READ + "write", Numbers.floats(i -> (float) random.nextGaussian(), 1, 2, 24));
    return steering;
  }

  /** The steering that changes nothing, for a graph that has to be fed one. */
  private static Map<String, Numbers> neutral() {
    Map<String, Numbers> steering = new LinkedHashMap<>();
    steering.put(ADD, Numbers.floats(i -> 0, 1, 1, 24));
    steering.put(READ + "read", Numbers.floats(i -> 0, 1, 24, 1));
    steering.put(READ + "bias", Numbers.floats(i -> 0, 1, 1, 1));
    steering.put(READ + "gain", Numbers.floats(i -> 1, 1, 1, 1));
    steering.put(READ + "write", Numbers.floats(i -> 0, 1, 1, 24));
    return steering;
  }

  private static Map<String, Numbers> joined(
      Map<String, Numbers> inputs, Map<String, Numbers> steering) {
    Map<String, Numbers> all = new LinkedHashMap<>(inputs);
    all.putAll(steering);
    return all;
  }

  private static void check(
      Map<String, Numbers> served, Map<String, Numbers> direct, double tolerance) {
    assertThat(served).hasSameSizeAs(direct);
    direct.forEach(
        (name, numbers) ->
            assertThat(served.get(name).distance(numbers)).as(name).isLessThan(tolerance));
  }

  @ParameterizedTest
  @CsvSource({
    "withpast,1e-5",
    "fp16,0.05",
    "merged,1e-5",
    "static-idsonly-ir3,1e-5",
    "int8,1e-3",
    "fused,1e-5"
  })
  void outputsAreThoseOfTheGraph(String graph, double tolerance) throws Exception {
    Random random = new Random(3);
    try (Direct direct = Direct.open(patched(graph, InputMode.REQUIRED));
        TestServer optional = TestServer.of(patched(graph, InputMode.OPTIONAL), folder);
        TestServer required = TestServer.of(patched(graph, InputMode.REQUIRED), folder)) {
      boolean isFixed = graph.startsWith("static");
      Map<String, Numbers> inputs = direct.made(random, isFixed ? 1 : 2, isFixed ? 8 : 5, 3);
      long[] ids = inputs.values().iterator().next().shape();
      Map<String, Numbers> steered = joined(inputs, steering(random, (int) ids[0], (int) ids[1]));
      Map<String, Numbers> plain = joined(inputs, neutral());
      Map<String, Numbers> steeredNow = direct.run(steered);
      Map<String, Numbers> plainNow = direct.run(plain);
      String first = plainNow.keySet().iterator().next();
      assertThat(steeredNow.get(first).distance(plainNow.get(first))).isGreaterThan(0.1);

      check(new Client(optional).infer(steered, Numbers::flat), steeredNow, tolerance);
      check(new Client(optional).infer(inputs, Numbers::nested), plainNow, tolerance);
      check(new Client(required).infer(steered, Numbers::nested), steeredNow, tolerance);
      check(new Client(required).inferBinary(plain), plainNow, tolerance);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"withpast", "fp16"})
  void theCacheGoesOutAndComesBack(String graph) throws Exception {
    Path model = patched(graph, InputMode.OPTIONAL);
    Random random = new Random(4);
    try (Direct direct = Direct.open(model);
        TestServer server = TestServer.of(model, folder)) {
      Client client = new Client(server);
      Map<String, Numbers> whole = joined(direct.made(random, 2, 6, 0), steering(random, 1, 1));
      Numbers logits = client.infer(whole, Numbers::flat).get("logits");

      Map<String, Numbers> begun = client.inferBinary(cut(whole, 0, 5));
      Map<String, Numbers> next = cut(whole, 5, 6);
      begun.forEach(
          (name, present) -> next.replace(name.replace("present", "past_key_values"), present));
      assertThat(next.values().stream().filter(n -> n.shape().length == 4 && n.shape()[2] == 5))
          .hasSize(8);
      Numbers last = client.infer(next, Numbers::nested, "logits").get("logits");
      assertThat(last.distance(logits.last())).isLessThan(graph.equals("fp16") ? 0.05 : 1e-4);
    }
  }

  /** The same run of some columns only; the mask reaches from the first one on. */
  private static Map<String, Numbers> cut(Map<String, Numbers> whole, int from, int to) {
    Map<String, Numbers> cut = new LinkedHashMap<>();
    whole.forEach(
        (name, numbers) -> {
          boolean isMask = name.contains("mask");
          boolean isWide = numbers.shape().length == 2;
          int begin = isMask ? 0 : from;
          int width = to - begin;
          cut.put(
              name,
              isWide
                  ? Numbers.of(
                      numbers.datatype(),
                      i ->
                          numbers
                              .values()[i / width * (int) numbers.shape()[1] + begin + i % width],
                      numbers.shape()[0],
                      width)
                  : numbers);
        });
    return cut;
  }
}
