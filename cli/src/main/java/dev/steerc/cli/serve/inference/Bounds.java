package dev.steerc.cli.serve.inference;

import dev.steerc.cli.serve.http.Limits;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.RawModel;
import dev.steerc.runtime.TensorData;
import java.util.Locale;
import java.util.Map;

/** Keeps runs from taking more than the server has, before anything of them is computed. */
record Bounds(Limits limits) {
  /** What the attention of all rows together may look at: a head's scores take 4 bytes for each. */
  private static final long PAIRS = 1 << 24;

  /** Text takes more than ten bytes for a number. */
  private static final long JSON_ELEMENTS = 1 << 21;

  /**
   * Refuses a run that is too large; its inputs were checked.
   *
   * @param outputs the wanted ones, and whether as binary data
   */
  void check(RawModel model, Map<String, TensorData> inputs, Map<String, Boolean> outputs) {
    RawModel.Extent extent = model.extent(inputs);
    double pairs = (double) extent.rows() * extent.tokens() * extent.columns();
    if (pairs > PAIRS) {
      throw tooLarge(
          "the run has " + extent.rows() + " rows of " + extent.columns() + " tokens",
          "all tokens that look at one together may be " + PAIRS);
    }
    Map<String, Long> sizes = model.sizes(inputs);
    // ONNX Runtime computes all outputs, whichever are read
    double all = sizes.values().stream().mapToDouble(Long::doubleValue).sum();
    if (all > limits.cacheBytes()) {
      throw tooLarge(
          String.format(Locale.ROOT, "the outputs would take %.0f bytes", all),
          "the server computes " + limits.cacheBytes() + " at once");
    }
    checkAnswer(sizes, outputs);
  }

  private void checkAnswer(Map<String, Long> sizes, Map<String, Boolean> outputs) {
    long binary = 0;
    long text = 0;
    for (Map.Entry<String, Boolean> output : outputs.entrySet()) {
      long bytes = sizes.getOrDefault(output.getKey(), 0L);
      binary += output.getValue() ? bytes : 0;
      text += output.getValue() ? 0 : bytes;
    }
    // no type of the protocol's that a decoder gives is wider than float32, but narrower ones are
    if (text / 4 > JSON_ELEMENTS) {
      throw tooLarge(
          "the answer would have about " + text / 4 + " numbers",
          "as JSON the server writes "
              + JSON_ELEMENTS
              + "; ask for binary data, or name the"
              + " outputs that are wanted");
    }
    if (binary > limits.vectorBytes()) {
      throw tooLarge(
          "the answer would have " + binary + " bytes of binary data",
          "the server sends " + limits.vectorBytes());
    }
  }

  private static RuntimeException tooLarge(String what, String note) {
    return Problem.of(Code.TOO_LARGE, what)
        .note(note)
        .help("send fewer or shorter rows, or name fewer outputs")
        .exception();
  }
}
