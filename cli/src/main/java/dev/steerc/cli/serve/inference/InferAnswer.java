package dev.steerc.cli.serve.inference;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.TensorData;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run gave.
 *
 * @param asked the wanted outputs in the order in which they were asked for, and whether as binary
 *     data
 */
record InferAnswer(
    String model,
    Optional<String> id,
    Map<String, Boolean> asked,
    Map<String, TensorData> tensors) {

  void send(Context request) {
    List<Object> outputs = new ArrayList<>();
    List<ByteBuffer> binary = new ArrayList<>();
    asked.forEach(
        (name, isBinary) -> {
          TensorData tensor = tensors.get(name);
          outputs.add(isBinary ? behind(name, tensor) : inside(name, tensor));
          if (isBinary) {
            binary.add(tensor.data());
          }
        });
    byte[] json = json(outputs).getBytes(StandardCharsets.UTF_8);
    if (binary.isEmpty()) {
      request.contentType("application/json").result(json);
      return;
    }
    request
        .contentType("application/octet-stream")
        .header(InferBody.HEADER, String.valueOf(json.length))
        .result(joined(json, binary));
  }

  private String json(List<Object> outputs) {
    Map<String, Object> answer =
        Json.object("model_name", model, "model_version", InferenceRoutes.VERSION);
    id.ifPresent(text -> answer.put("id", text));
    answer.put("outputs", outputs);
    return Json.write(answer);
  }

  private static Map<String, Object> head(String name, TensorData tensor) {
    return Json.object(
        "name",
        name,
        "datatype",
        Datatype.of(tensor.type()),
        "shape",
        Arrays.stream(tensor.dims()).boxed().toList());
  }

  private static Map<String, Object> behind(String name, TensorData tensor) {
    Map<String, Object> output = head(name, tensor);
    output.put("parameters", Json.object("binary_data_size", tensor.data().limit()));
    return output;
  }

  private static Map<String, Object> inside(String name, TensorData tensor) {
    if (!tensor.isFinite()) {
      throw Problem.of(Code.BAD_TENSOR, "the output `" + name + "` has NaN or infinite elements")
          .note("JSON has no word for them")
          .help("ask for it as binary data: \"parameters\": {\"binary_data\": true}")
          .exception();
    }
    Map<String, Object> output = head(name, tensor);
    output.put("data", new Elements(tensor));
    return output;
  }

  /** The elements one by one, so that they are not all on the heap as objects. */
  private static final class Elements extends AbstractList<Object> {
    private final TensorData tensor;

    Elements(TensorData tensor) {
      this.tensor = tensor;
    }

    @Override
    public Object get(int index) {
      return tensor.get(index);
    }

    @Override
    public int size() {
      return tensor.size();
    }
  }

  private static byte[] joined(byte[] json, List<ByteBuffer> binary) {
    int length = json.length + binary.stream().mapToInt(ByteBuffer::limit).sum();
    ByteBuffer all = ByteBuffer.wrap(Arrays.copyOf(json, length)).position(json.length);
    binary.forEach(buffer -> all.put(buffer));
    return all.array();
  }
}
