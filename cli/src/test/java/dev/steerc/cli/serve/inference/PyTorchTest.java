package dev.steerc.cli.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steerc.Steerc;
import dev.steerc.cli.serve.TestServer;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Request;
import dev.steerc.plan.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What comes through HTTP is what PyTorch computed with a forward hook. Skipped where its numbers
 * are not beside the checkout.
 */
class PyTorchTest {
  private static final Path SHARED = TestData.root().resolve("../shared/graphs").normalize();
  private static final Map<String, String> SITES =
      Map.of("block_output", "resid_post", "attn_output", "attn_out", "mlp_output", "mlp_out");

  @TempDir Path folder;

  private JsonNode golden;
  private FloatBuffer numbers;

  private void read(String weights) throws IOException {
    Path at = SHARED.resolve("golden").resolve(weights);
    golden = new JsonMapper().readTree(at.resolve("golden.json").toFile());
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(at.resolve("golden.npy")))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(10 + (bytes.getShort(8) & 0xffff));
    numbers = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private Numbers tensor(JsonNode slice) {
    int offset = slice.get("offset").asInt();
    return Numbers.floats(i -> numbers.get(offset + i), longs(slice.get("shape")));
  }

  private static long[] longs(JsonNode list) {
    return LongStream.range(0, list.size()).map(i -> list.get((int) i).asLong()).toArray();
  }

  /** The tokens of {@code single}, and whatever else the graph takes for so many. */
  private Map<String, Numbers> inputs(Direct direct) throws Exception {
    JsonNode ids = golden.get("inputs").get("single").get("input_ids").get(0);
    Map<String, Numbers> inputs = direct.made(new Random(1), 1, ids.size(), 0);
    inputs.put("input_ids", Numbers.of("INT64", i -> ids.get(i).asInt(), 1, ids.size()));
    return inputs;
  }

  /** What is fed for an op, by input. */
  private Map<String, Numbers> steering(JsonNode op, int columns) {
    JsonNode vector = golden.get("vectors").get(op.get("vector").asString());
    String base = "steer.blocks." + site(op) + ".";
    double scale = op.get("scale").asDouble();
    int from = op.get("from_position").asInt();
    int width = vector.size();
    Map<String, Numbers> feeds = new LinkedHashMap<>();
    if (op.get("mode").asString().equals("add")) {
      feeds.put(
          base + "add",
          Numbers.floats(
              i -> i / width < from ? 0 : scale * vector.get(i % width).asDouble(),
              1,
              columns,
              width));
    } else {
      feeds.put(base + "read", Numbers.floats(i -> vector.get(i).asDouble(), 1, width, 1));
      feeds.put(base + "bias", Numbers.floats(i -> 0, 1, 1, 1));
      feeds.put(base + "gain", Numbers.floats(i -> i < from ? 0 : scale, 1, columns, 1));
      feeds.put(base + "write", Numbers.floats(i -> -vector.get(i).asDouble(), 1, 1, width));
    }
    return feeds;
  }

  private static String site(JsonNode op) {
    return op.get("layer").asInt() + "." + SITES.get(op.get("site").asString());
  }

  private static String target(JsonNode op) {
    return site(op) + (op.get("mode").asString().equals("add") ? ":add" : ":project");
  }

  @ParameterizedTest
  @CsvSource({
    "llama-withpast,llama,OPTIONAL",
    "llama-withpast,llama,REQUIRED",
    "gpt2a-withpast-op17,gpt2a,OPTIONAL",
    "gpt2a-fused-opt,gpt2a,REQUIRED"
  })
  void logitsAreThoseOfAForwardHook(String graph, String weights, InputMode mode) throws Exception {
    assumeTrue(Files.isDirectory(SHARED), "no " + SHARED);
    read(weights);
    int checked = 0;
    for (JsonNode one : golden.get("steered")) {
      if (one.get("input").asString().equals("single")
          && one.get("ops").size() == 1
          && checked < 4) {
        check(graph, one.get("ops").get(0), tensor(one.get("logits")), mode);
        checked++;
      }
    }
    assertThat(checked).isEqualTo(4);
  }

  private void check(String graph, JsonNode op, Numbers expected, InputMode mode) throws Exception {
    Path original = SHARED.resolve(graph).resolve("model.onnx");
    Path model = Files.createTempDirectory(folder, "graph").resolve("model.onnx");
    Request request = Request.of(List.of(Target.parse(target(op), OptionalInt.empty())), mode);
    Steerc.patch(original, request, model);
    try (Direct direct = Direct.open(original);
        TestServer server = TestServer.of(model, folder)) {
      Map<String, Numbers> inputs = inputs(direct);
      int columns = (int) inputs.get("input_ids").shape()[1];
      if (mode == InputMode.OPTIONAL) {
        Numbers base = tensor(golden.get("base").get("single").get("logits"));
        Numbers plain = new Client(server).infer(inputs, Numbers::flat, "logits").get("logits");
        assertThat(plain.distance(base)).isLessThan(1e-4);
        assertThat(expected.distance(base)).isGreaterThan(0.05);
      }
      inputs.putAll(steering(op, columns));
      Numbers steered = new Client(server).inferBinary(inputs, "logits").get("logits");
      assertThat(steered.distance(expected)).as(op.toString()).isLessThan(1e-4);
    }
  }
}
