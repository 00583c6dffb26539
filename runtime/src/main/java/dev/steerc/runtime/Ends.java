package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.steerc.manifest.Description;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import java.util.Map;

/** Where a decoder takes tokens, and where it gives scores and a cache. */
final class Ends {
  private Ends() {}

  /** Refuses a decoder whose scores stay inside the operator that generates with it. */
  static void refuseOperator(Description model, String where) {
    model
        .operator()
        .ifPresent(
            operator -> {
              throw Problem.of(
                      Code.DECODER_IN_OPERATOR,
                      "the model generates by itself, in a `" + operator + "`")
                  .at(where)
                  .note("it yields texts, and no scores to choose tokens by")
                  .help(
                      "run it in ONNX Runtime itself, and feed its ports as well as its own inputs")
                  .exception();
            });
  }

  /** The input that takes token ids [batch, seq]. */
  static String ids(Engine engine, Description model, String where) {
    for (Map.Entry<String, TensorInfo> input : engine.inputs().entrySet()) {
      TensorInfo info = input.getValue();
      boolean whole = info.type == OnnxJavaType.INT64 || info.type == OnnxJavaType.INT32;
      boolean wanted = model.ids().isEmpty() || model.ids().equals(input.getKey());
      if (whole && wanted && info.getShape().length == 2) {
        return input.getKey();
      }
    }
    throw Problem.of(Code.UNKNOWN_INPUT, "no input takes token ids")
        .at(where)
        .note("the inputs are " + String.join(", ", engine.inputs().keySet()))
        .help("export the model with input_ids [batch, seq]")
        .exception();
  }

  /** The tensors that can only be a cache, when no stream is proven that could tell. */
  static List<String> caches(Map<String, TensorInfo> values) {
    return values.entrySet().stream()
        .filter(value -> value.getValue().getShape().length >= 4)
        .filter(value -> isFloat(value.getValue().type))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isFloat(OnnxJavaType type) {
    return type == OnnxJavaType.FLOAT
        || type == OnnxJavaType.FLOAT16
        || type == OnnxJavaType.BFLOAT16;
  }

  /** The output that scores each token of the vocabulary [batch, seq, vocabulary]. */
  static String logits(
      Map<String, TensorInfo> outputs, List<String> present, long vocabulary, String where) {
    String found = null;
    for (Map.Entry<String, TensorInfo> output : outputs.entrySet()) {
      long[] dims = output.getValue().getShape();
      boolean scores =
          dims.length == 3
              && isFloat(output.getValue().type)
              && !present.contains(output.getKey())
              && !output.getKey().startsWith("tap.")
              && (dims[2] > 0 || vocabulary > 0)
              && (dims[2] <= 0 || vocabulary == 0 || dims[2] == vocabulary);
      if (scores && (found == null || output.getKey().equals("logits"))) {
        found = output.getKey();
      }
    }
    if (found == null) {
      throw Problem.of(Code.NO_LOGITS, "no output gives a score to each token")
          .at(where)
          .note("the outputs are " + String.join(", ", outputs.keySet()))
          .help("export the model with its language-model head")
          .exception();
    }
    return found;
  }
}
