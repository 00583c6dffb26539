package dev.steerc.cli.serve.inference;

import dev.steerc.cli.serve.TestServer;
import dev.steerc.cli.serve.TestServer.Answer;
import dev.steerc.manifest.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Asks a server by the protocol. */
record Client(TestServer server) {
  static final String INFER = "/v2/models/demo/infer";
  private static final String HEADER = "Inference-Header-Content-Length";

  /** Runs the graph with elements in JSON; the wanted outputs, or all. */
  Map<String, Numbers> infer(
      Map<String, Numbers> inputs, BiFunction<Numbers, String, ?> form, String... outputs) {
    Answer answer = post(inputs, form, outputs);
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.text());
    }
    Map<String, Numbers> read = new LinkedHashMap<>();
    for (Object output : (List<?>) answer.json().get("outputs")) {
      Map<?, ?> fields = (Map<?, ?>) output;
      read.put((String) fields.get("name"), Numbers.read(fields));
    }
    return read;
  }

  Answer post(Map<String, Numbers> inputs, BiFunction<Numbers, String, ?> form, String... outputs) {
    List<Object> list = new ArrayList<>();
    inputs.forEach((name, numbers) -> list.add(form.apply(numbers, name)));
    return server.post(INFER, "inputs", list, "outputs", names(outputs));
  }

  private static List<?> names(String... outputs) {
    return List.of(outputs).stream().map(name -> Json.object("name", name)).toList();
  }

  /** Runs the graph with all elements as binary data, there and back. */
  Map<String, Numbers> inferBinary(Map<String, Numbers> inputs, String... outputs)
      throws IOException, InterruptedException {
    List<Object> list = new ArrayList<>();
    inputs.forEach((name, numbers) -> list.add(numbers.binary(name)));
    Map<String, Object> json =
        Json.object(
            "inputs",
            list,
            "outputs",
            names(outputs),
            "parameters",
            Json.object("binary_data_output", true));
    byte[] head = Json.write(json).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(head);
    for (Numbers numbers : inputs.values()) {
      body.write(numbers.bytes());
    }
    return read(
        TestServer.HTTP.send(
            HttpRequest.newBuilder(server.at(INFER))
                .header(HEADER, String.valueOf(head.length))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray()));
  }

  private static Map<String, Numbers> read(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(new String(response.body(), StandardCharsets.UTF_8));
    }
    int length = Integer.parseInt(response.headers().firstValue(HEADER).orElseThrow());
    String json = new String(response.body(), 0, length, StandardCharsets.UTF_8);
    ByteBuffer binary =
        ByteBuffer.wrap(response.body(), length, response.body().length - length)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Numbers> read = new LinkedHashMap<>();
    for (Object output : (List<?>) ((Map<?, ?>) Json.parse(json)).get("outputs")) {
      Map<?, ?> fields = (Map<?, ?>) output;
      read.put((String) fields.get("name"), Numbers.read(fields, binary));
    }
    if (binary.hasRemaining()) {
      throw new IllegalStateException(binary.remaining() + " bytes are no output's");
    }
    return read;
  }
}
