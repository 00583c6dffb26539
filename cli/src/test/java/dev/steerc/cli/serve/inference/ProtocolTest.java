package dev.steerc.cli.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.cli.serve.http.Limits;
import dev.steerc.manifest.Json;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Open Inference Protocol as a client meets it, and what the server refuses. */
class ProtocolTest {
  private static final String ADD = "steer.blocks.2.resid_mid.add";

  @TempDir static Path folder;

  private static TestServer server;
  private static Client client;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder);
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Everything that the demo model has to be fed, for rows of some tokens and an empty cache. */
  private static Map<String, Numbers> inputs(int rows, int tokens) {
    Map<String, Numbers> inputs = new LinkedHashMap<>();
    for (Map<?, ?> slot : slots("inputs")) {
      if (!slot.containsKey("parameters")) {
        String name = (String) slot.get("name");
        long[] shape = ((List<?>) slot.get("shape")).stream().mapToLong(d -> (Long) d).toArray();
        for (int i = 0; i < shape.length; i++) {
          if (shape[i] < 0) {
            shape[i] = i == 0 ? rows : shape.length == 4 ? 0 : tokens;
          }
        }
        boolean isMask = name.contains("mask");
        inputs.put(
            name, Numbers.of((String) slot.get("datatype"), i -> isMask ? 1 : i % tokens, shape));
      }
    }
    return inputs;
  }

  private static List<Map<?, ?>> slots(String field) {
    List<?> slots = (List<?>) server.get("/v2/models/demo").json().get(field);
    return slots.stream().<Map<?, ?>>map(slot -> (Map<?, ?>) slot).toList();
  }

  private static List<Object> names(List<?> slots) {
    return slots.stream().<Object>map(slot -> ((Map<?, ?>) slot).get("name")).toList();
  }

  private static Map<String, Numbers> with(String name, Numbers numbers) {
    Map<String, Numbers> inputs = inputs(1, 3);
    inputs.put(name, numbers);
    return inputs;
  }

  private static void refuses(Answer answer, int status, String... words) {
    assertThat(answer.text()).contains(words);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().keySet()).isEqualTo(java.util.Set.of("error"));
    assertThat(server.get("/v2/health/live").status()).isEqualTo(200);
  }

  @Test
  void tellsWhatItIs() {
    assertThat(server.get("/v2").json().get("name")).isEqualTo("steerc");
    assertThat(server.get("/v2").text()).contains("binary_tensor_data");
    assertThat(server.get("/v2/health/live").text()).isEqualTo("{\"live\":true}");
    assertThat(server.get("/v2/health/ready").text()).isEqualTo("{\"ready\":true}");
    assertThat(server.get("/v2/models/demo/versions/1/ready").text())
        .isEqualTo("{\"name\":\"demo\",\"ready\":true}");
  }

  @Test
  void listsInputsAndOutputs() {
    Answer answer = server.get("/v2/models/demo");
    assertThat(answer.json().get("platform")).isEqualTo("onnxruntime_onnx");
    assertThat(answer.json().get("versions")).isEqualTo(List.of("1"));
    assertThat(server.get("/v2/models/demo/versions/1").text()).isEqualTo(answer.text());
    assertThat(answer.text())
        .contains("{\"name\":\"input_ids\",\"datatype\":\"INT64\",\"shape\":[-1,-1]}")
        .contains(
            "{\"name\":\""
                + ADD
                + "\",\"datatype\":\"FP32\",\"shape\":[-1,-1,128],"
                + "\"parameters\":{\"optional\":true}}");
    assertThat(names(slots("outputs"))).contains("logits");
  }

  @Test
  void steersByAPlainInput() {
    Numbers plain = client.infer(inputs(1, 3), Numbers::flat, "logits").get("logits");
    Numbers vector = Numbers.floats(i -> i % 2, 1, 1, 128);
    Numbers steered = client.infer(with(ADD, vector), Numbers::flat, "logits").get("logits");
    assertThat(steered.distance(plain)).isGreaterThan(0.1);
    Numbers zero = Numbers.floats(i -> 0, 1, 1, 128);
    assertThat(client.infer(with(ADD, zero), Numbers::flat, "logits").get("logits").distance(plain))
        .isZero();
  }

  @Test
  void givesTheIdBackAndTheOutputsInTheOrderOfTheirNames() {
    String tap = "tap.blocks.0.resid_mid";
    Answer answer =
        server.post(
            Client.INFER,
            "id",
            "mine",
            "inputs",
            inputs(1, 3).entrySet().stream().map(e -> e.getValue().flat(e.getKey())).toList(),
            "outputs",
            List.of(Json.object("name", tap), Json.object("name", "logits")));
    assertThat(answer.json().get("id")).isEqualTo("mine");
    assertThat(answer.json().get("model_name")).isEqualTo("demo");
    assertThat(names((List<?>) answer.json().get("outputs"))).isEqualTo(List.of(tap, "logits"));
  }

  @Test
  void activationsCountAsWhatTheyAre() {
    String[] taps = {"tap.blocks.0.resid_mid", "tap.blocks.1.resid_mid"};
    Answer answer = client.post(inputs(1, 128), Numbers::flat, taps);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @Test
  void refusesOtherModelsAndVersions() {
    refuses(server.get("/v2/models/demo2"), 404, "demo2", "the server has `demo`");
    refuses(server.get("/v2/models/demo/versions/2"), 404, "version 2");
    refuses(server.post("/v2/models/other/infer", "inputs", List.of()), 404, "other");
  }

  @Test
  void refusesNamesThatTheGraphDoesNotHave() {
    Numbers numbers = Numbers.floats(i -> 0, 1, 1, 128);
    refuses(
        client.post(with(ADD + "s", numbers), Numbers::flat), 400, "did you mean `" + ADD + "`?");
    refuses(
        client.post(with("elsewhere", numbers), Numbers::flat), 400, "the inputs are input_ids");
    refuses(client.post(inputs(1, 3), Numbers::flat, "logit"), 400, "did you mean `logits`?");
    Map<String, Numbers> less = inputs(1, 3);
    less.remove("input_ids");
    refuses(client.post(less, Numbers::flat), 400, "inputs are missing: input_ids");
    refuses(server.post(Client.INFER, "inputs", List.of()), 400, "inputs are missing");
  }

  @Test
  void refusesTypesAndShapesThatTheGraphDoesNotTake() {
    Numbers ids = Numbers.of("INT32", i -> i, 1, 3);
    refuses(client.post(with("input_ids", ids), Numbers::flat), 400, "int32", "declares int64");
    Numbers wide = Numbers.floats(i -> 0, 1, 1, 127);
    refuses(client.post(with(ADD, wide), Numbers::flat), 400, "[1, 1, 127]", "128");
    Numbers flat = Numbers.floats(i -> 0, 128);
    refuses(client.post(with(ADD, flat), Numbers::flat), 400, "[128]");
    Numbers mask = Numbers.of("INT64", i -> 1, 2, 3);
    refuses(client.post(with("attention_mask", mask), Numbers::flat), 400, "is 2 in the input");
  }

  @Test
  void refusesSteeringThatWouldChangeTheShapeOfTheBatch() {
    Numbers rows = Numbers.floats(i -> 0, 3, 1, 128);
    refuses(client.post(with(ADD, rows), Numbers::flat), 400, "is for 3 rows", "the run has 1");
    Numbers tokens = Numbers.floats(i -> 0, 1, 2, 128);
    refuses(client.post(with(ADD, tokens), Numbers::flat), 400, "is for 2 tokens");
    Numbers write = Numbers.floats(i -> 0, 1, 2, 128);
    refuses(
        client.post(with("steer.blocks.2.resid_mid.write", write), Numbers::flat), 400, "rank 2");
  }

  @Test
  void refusesValuesThatSpoilTheRun() {
    Numbers unknown = Numbers.of("INT64", i -> 1_000_000, 1, 3);
    refuses(client.post(with("input_ids", unknown), Numbers::flat), 400, "token 1000000");
    Numbers below = Numbers.of("INT64", i -> -1, 1, 3);
    refuses(client.post(with("input_ids", below), Numbers::flat), 400, "token -1");
    Numbers far = Numbers.of("INT64", i -> 100_000, 1, 3);
    refuses(client.post(with("position_ids", far), Numbers::flat), 400, "cannot run the graph");
    Map<String, Object> infinite = Numbers.floats(i -> 0, 1, 1, 128).flat(ADD);
    infinite.put("data", Arrays.asList(new Object[128]));
    refuses(raw(infinite), 400, "`null` is no FP32");
  }

  @Test
  void refusesNotANumberInBinaryData() throws Exception {
    byte[] bytes = Numbers.floats(i -> i == 5 ? Double.NaN : 0, 1, 1, 128).bytes();
    Map<String, Object> input = Numbers.floats(i -> 0, 1, 1, 128).binary(ADD);
    byte[] head = Json.write(body(input)).getBytes(StandardCharsets.UTF_8);
    refuses(binary(head, head.length, bytes), 400, ADD, "NaN or infinite");
  }

  /** A request with all that is needed and one input more. */
  private static Map<String, Object> body(Map<String, Object> input) {
    List<Object> all = new java.util.ArrayList<>();
    inputs(1, 3).forEach((name, numbers) -> all.add(numbers.flat(name)));
    all.add(input);
    return Json.object("inputs", all);
  }

  private static Answer raw(Map<String, Object> input) {
    return TestServer.send(server.json(Client.INFER, body(input)));
  }

  private static Answer binary(byte[] head, Object length, byte[] bytes) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(head);
    all.write(bytes);
    return TestServer.send(
        HttpRequest.newBuilder(server.at(Client.INFER))
            .header("Inference-Header-Content-Length", length.toString())
            .POST(HttpRequest.BodyPublishers.ofByteArray(all.toByteArray())));
  }

  @Test
  void refusesBinaryDataThatContradictsTheJson() throws Exception {
    Map<String, Object> input = Numbers.floats(i -> 0, 1, 1, 128).binary(ADD);
    byte[] head = Json.write(body(input)).getBytes(StandardCharsets.UTF_8);
    refuses(binary(head, head.length, new byte[511]), 400, "511 bytes are left");
    refuses(binary(head, head.length, new byte[513]), 400, "1 bytes of binary data");
    refuses(binary(head, head.length + 1000, new byte[512]), 400, "the body has");
    refuses(binary(head, "99999999999", new byte[512]), 413, "the server takes");
    refuses(binary(head, "-5", new byte[512]), 400, "is no number");
    input.put("parameters", Json.object("binary_data_size", 16));
    refuses(raw(input), 400, "the shape takes 512 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1000000000,1000000000] | takes 1000000000000000000",
        "[2000000000,2000000000,2000000000] | there is no tensor",
        "[-1,3] | `-1` is no size",
        "[1.5,3] | `1.5` is no size",
        "[9223372036854775808] | is no size",
        "[18446744073709551619] | is no size",
        "[4294967297,3] | is no size",
        "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1] | more than 16",
        "[\"a\"] | `a` is no size",
        "3 | is no list"
      })
  void believesNoShape(String shape, String words) {
    Map<String, Object> input = Numbers.floats(i -> 0, 1, 1, 128).flat(ADD);
    input.put("shape", Json.parse(shape));
    refuses(raw(input), 400, words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[[[0,1],[2]]]", "[[0,1],[2,3]]", "[0,[1]]", "[[[0,1,2,3]]]", "[]"})
  void refusesDataOfAnotherForm(String data) {
    Map<String, Object> input =
        Json.object(
            "name", ADD, "shape", List.of(1, 2, 2), "datatype", "FP32", "data", Json.parse(data));
    assertThat(raw(input).status()).isEqualTo(400);
    assertThat(raw(input).text()).contains("`data`");
  }

  @ParameterizedTest
  @CsvSource({
    "INT64,1.5",
    "INT64,1e30",
    "INT32,2147483648",
    "INT64,true",
    "BOOL,2",
    "FP32,1e39",
    "FP16,70000",
    "UINT8,-1",
    "INT8,128",
    "FP32,\"a\""
  })
  void refusesNumbersThatTheTypeDoesNotHold(String datatype, String number) {
    Object value = Json.parse(number);
    Map<String, Object> input =
        Json.object("name", ADD, "shape", List.of(1), "datatype", datatype, "data", List.of(value));
    refuses(raw(input), 400, "is no " + datatype);
  }

  @Test
  void refusesWhatItDoesNotDo() {
    Map<String, Object> input = Numbers.floats(i -> 0, 1, 1, 128).flat(ADD);
    input.put("parameters", Json.object("shared_memory_region", "mine"));
    refuses(raw(input), 400, "shared_memory_region");
    input.put("parameters", Json.object("content_type", "np"));
    assertThat(raw(input).status()).isEqualTo(200);
    input.put("datatype", "BYTES");
    refuses(raw(input), 400, "BYTES");
    Map<String, Object> body = body(Numbers.floats(i -> 0, 1, 1, 128).flat(ADD));
    body.put("output", List.of());
    refuses(TestServer.send(server.json(Client.INFER, body)), 400, "`output`");
    body.remove("output");
    body.put("parameters", Json.object("sequence_id", 3));
    refuses(TestServer.send(server.json(Client.INFER, body)), 400, "sequence_id");
    refuses(client.post(inputs(1, 3), Numbers::flat, "logits", "logits"), 400, "comes twice");
    refuses(raw(inputs(1, 3).get("input_ids").flat("input_ids")), 400, "comes twice");
  }

  @Test
  void refusesRunsThatAreTooLarge() throws Exception {
    Map<String, Numbers> many = inputs(2_000, 100);
    byte[] head =
        Json.write(
                Json.object(
                    "inputs",
                    many.entrySet().stream().map(e -> e.getValue().binary(e.getKey())).toList()))
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Numbers numbers : many.values()) {
      bytes.write(numbers.bytes());
    }
    refuses(binary(head, head.length, bytes.toByteArray()), 413, "2000 rows of 100 tokens");
    refuses(client.post(inputs(20, 120), Numbers::flat), 413, "numbers", "binary data");
  }

  /** Whoever says that it brings too much gets the answer at once, and brings nothing. */
  @ParameterizedTest
  @ValueSource(longs = {(1 << 20) + 1, 1L << 40})
  void aBodyThatIsTooLargeIsNotRead(long length) throws Exception {
    assertThat(length).isGreaterThan(Limits.DEFAULT.bodyBytes());
    try (Socket socket = new Socket("127.0.0.1", server.server().port())) {
      String head =
          "POST " + Client.INFER + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + length;
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(20_000);
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  /** One that sends half of a large body. */
  private static Socket half() throws Exception {
    Socket socket = new Socket("127.0.0.1", server.server().port());
    String head =
        """
        POST /v2/models/demo/infer HTTP/1.1
        Host: 127.0.0.1
        Inference-Header-Content-Length: 2
        Content-Length: 20000000

        {}"""
            .replace("\n", "\r\n");
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static int large() {
    HttpRequest.Builder request = server.json(Client.INFER, Json.object("inputs", List.of()));
    return TestServer.send(request.header("Inference-Header-Content-Length", "13")).status();
  }

  @Test
  @Timeout(60)
  void fewLargeBodiesAreInMemoryAtOnce() throws Exception {
    List<Socket> halves = new ArrayList<>();
    while (large() != 429) { // which takes a place itself, so that a half may find none
      halves.add(half());
      Thread.sleep(20);
    }
    assertThat(client.infer(inputs(1, 3), Numbers::flat, "logits")).containsKey("logits");
    for (Socket half : halves) {
      half.close();
    }
    while (large() != 400) {
      Thread.sleep(10);
    }
    assertThat(server.log()).doesNotContain("at dev.steerc");
  }

  @Test
  void bodiesThatAreNoRequestAreRefused() {
    for (String body :
        List.of("", "[]", "{", "{\"inputs\":3}", "{\"inputs\":[3]}", "{\"inputs\":[{}]}")) {
      Answer answer =
          TestServer.send(
              HttpRequest.newBuilder(server.at(Client.INFER))
                  .POST(HttpRequest.BodyPublishers.ofString(body)));
      refuses(answer, 400, "error");
    }
  }
}
