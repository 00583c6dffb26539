package dev.steerc.cli.serve.inference;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.runtime.Signature;
import dev.steerc.runtime.TensorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A run that is asked for.
 *
 * @param id comes back with the answer
 * @param inputs by name
 * @param outputs those that are wanted, by name, and whether as binary data
 */
record InferRequest(
    Optional<String> id, Map<String, TensorData> inputs, Map<String, Boolean> outputs) {
  private static final Set<String> FIELDS =
      Set.of("id", "parameters", "inputs", "outputs", "model_name", "model_version");

  /**
   * Reads a request.
   *
   * @param all what the graph gives, which is wanted where nothing is named
   */
  static InferRequest read(InferBody body, Signature all) {
    Body json = body.json();
    Parameters.refuseOthers(json, FIELDS);
    Body parameters =
        Parameters.of(json, "binary_data_output", "priority", "timeout", "content_type");
    boolean binary = parameters.flag("binary_data_output");
    InferRequest request =
        new InferRequest(json.text("id"), inputs(body), outputs(json, all, binary));
    if (body.binary().hasRemaining()) {
      throw json.wrong(
          "inputs", body.binary().remaining() + " bytes of binary data belong to no input");
    }
    return request;
  }

  private static Map<String, TensorData> inputs(InferBody body) {
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    for (Body input : body.json().objects("inputs")) {
      Parameters.refuseOthers(input, Set.of("name", "shape", "datatype", "parameters", "data"));
      String name = input.needText("name");
      if (inputs.put(name, new TensorReader(input, body.binary()).read()) != null) {
        throw input.wrong("name", "the input `" + name + "` comes twice");
      }
    }
    return inputs;
  }

  private static Map<String, Boolean> outputs(Body json, Signature all, boolean binary) {
    Map<String, Boolean> outputs = new LinkedHashMap<>();
    for (Body output : json.objects("outputs")) {
      Parameters.refuseOthers(output, Set.of("name", "parameters"));
      Body parameters = Parameters.of(output, "binary_data", "content_type");
      boolean asked = parameters.has("binary_data") ? parameters.flag("binary_data") : binary;
      String name = output.needText("name");
      if (outputs.put(name, asked) != null) {
        throw output.wrong("name", "the output `" + name + "` comes twice");
      }
    }
    if (outputs.isEmpty()) {
      all.outputs().forEach(slot -> outputs.put(slot.name(), binary));
    }
    return outputs;
  }
}
