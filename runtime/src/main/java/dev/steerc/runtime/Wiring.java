package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.steerc.manifest.Description;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How to run a decoder: which input takes what, and which outputs are wanted.
 *
 * @param inputs what each input is for, steering inputs aside, with its declared type and shape
 * @param past the inputs that take the cache
 * @param present the outputs that give it, in the order of {@code past}
 * @param logits the output with a score for each token
 * @param logitsType its element type
 * @param vocabulary the number of tokens
 * @param rows the rows that every run has, or -1 when it may be any number
 * @param columns the tokens that every run has in each row, or -1
 */
record Wiring(
    Map<String, Input> inputs,
    List<String> past,
    List<String> present,
    String logits,
    OnnxJavaType logitsType,
    int vocabulary,
    int rows,
    int columns) {

  /** An input and what it is for. */
  record Input(InputRole role, OnnxJavaType type, long[] dims) {}

  static Wiring of(Engine engine, Description model, String where) {
    String ids = ids(engine, model, where);
    Map<String, TensorInfo> outputs = engine.outputs();
    List<String> past = model.blocks() > 0 ? model.cache().inputs() : large(engine.inputs());
    List<String> present = model.blocks() > 0 ? model.cache().outputs() : large(outputs);
    Map<String, Input> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, TensorInfo> input : engine.inputs().entrySet()) {
      if (!input.getKey().startsWith("steer.")) {
        TensorInfo info = input.getValue();
        InputRole role = role(input.getKey(), info, ids, past, where);
        inputs.put(input.getKey(), new Input(role, info.type, info.getShape()));
      }
    }
    long vocabulary = model.vocabulary().orElse(0L);
    String logits = logits(outputs, present, vocabulary, where);
    long[] scores = outputs.get(logits).getShape();
    int width = (int) (scores[2] > 0 ? scores[2] : vocabulary);
    long[] shape = engine.inputs().get(ids).getShape();
    return new Wiring(
        inputs,
        past,
        present,
        logits,
        outputs.get(logits).type,
        width,
        shape[0] > 0 ? (int) shape[0] : -1,
        shape[1] > 0 ? (int) shape[1] : -1);
  }

  private static InputRole role(
      String name, TensorInfo info, String ids, List<String> past, String where) {
    try {
      return InputRole.of(name, info, ids, Set.copyOf(past));
    } catch (SteercException e) {
      throw new SteercException(e.problems().stream().map(p -> p.at(where)).toList());
    }
  }

  private static String ids(Engine engine, Description model, String where) {
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
  private static List<String> large(Map<String, TensorInfo> values) {
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

  private static String logits(
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

  boolean has(InputRole role) {
    return inputs.values().stream().anyMatch(input -> input.role() == role);
  }

  /** Whether rows of different lengths can run together, padded at the left. */
  boolean takesPadding() {
    return has(InputRole.MASK) && has(InputRole.POSITIONS) && columns < 0;
  }

  boolean takesPast() {
    return !past.isEmpty();
  }
}
