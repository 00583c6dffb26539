package dev.steerc.runtime.triton;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.runtime.Signature;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What Triton has to know of a model, in protobuf's text format.
 *
 * @param name the model's
 * @param maxBatch the most rows of a run; 0 when Triton knows of no rows
 * @param isJoined whether Triton may put the rows of several requests into one run
 */
record TritonConfig(String name, int maxBatch, boolean isJoined, Signature signature) {

  /** The file's text. */
  String text() {
    StringBuilder text = new StringBuilder(comment());
    text.append("name: \"").append(name).append("\"\n");
    text.append("backend: \"onnxruntime\"\n");
    text.append("max_batch_size: ").append(maxBatch).append("\n");
    text.append(list("input", signature.inputs()));
    text.append(list("output", signature.outputs()));
    return text.append(maxBatch > 1 ? joining() : "").toString();
  }

  private String joining() {
    return isJoined
        ? """
          # Only requests of the same shapes are joined: pad to a few lengths to gain by it.
          dynamic_batching { }
          """
        : """
          # Requests are not joined: linears are quantised as they run, over all rows together, so
          # that an answer would depend on who else asks. A request may bring several rows.
          """;
  }

  private String comment() {
    return maxBatch > 0
        ? """
          # Every request feeds all inputs. Triton joins requests row by row, so the first dimension of
          # every input is the batch: a steering input has a vector for each row, [rows, 1, hidden] or
          # [rows, tokens, hidden], even where all rows are steered alike. Zeros do not steer, in a
          # `gain` ones.
          """
        : """
          # All dimensions are in `dims`; a request is one run. A steering input is for one row or for
          # each, and for one token or for each: [1, 1, hidden] steers everything alike. One that is
          # optional may be left out, and then does not steer. A `branch_bias` is one [hidden] for all,
          # and takes the model's own bias, its default, plus the vector.
          """;
  }

  private String list(String field, List<Signature.Slot> slots) {
    return slots.stream()
        .map(this::entry)
        .collect(Collectors.joining(",\n", field + " [\n", "\n]\n"));
  }

  private String entry(Signature.Slot slot) {
    StringBuilder entry = new StringBuilder("  {\n");
    entry.append("    name: \"").append(quoted(slot.name())).append("\"\n");
    entry.append("    data_type: ").append(type(slot.type())).append('\n');
    List<Dim> dims =
        slot.dims().subList(Math.min(slot.dims().size(), maxBatch > 0 ? 1 : 0), slot.dims().size());
    // Triton wants a dimension where the graph has none
    entry.append("    dims: ").append(dims.isEmpty() ? "[ 1 ]" : sizes(dims)).append('\n');
    if (dims.isEmpty() && maxBatch > 0) {
      entry.append("    reshape: { shape: [ ] }\n");
    }
    if (slot.isOptional()) {
      entry.append("    optional: true\n");
    }
    return entry.append("  }").toString();
  }

  private static String sizes(List<Dim> dims) {
    return dims.stream()
        .map(dim -> Long.toString(dim.size()))
        .collect(Collectors.joining(", ", "[ ", " ]"));
  }

  private static String quoted(String name) {
    return name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** What Triton calls an element type. */
  static String type(ElementType type) {
    return switch (type) {
      case FLOAT32 -> "TYPE_FP32";
      case FLOAT64 -> "TYPE_FP64";
      case FLOAT16 -> "TYPE_FP16";
      case BFLOAT16 -> "TYPE_BF16";
      default -> "TYPE_" + type.name();
    };
  }
}
