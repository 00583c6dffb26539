package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.steerc.manifest.Description;
import dev.steerc.onnx.Graph;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

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
 * @param scoresLast whether only the last token of a row is scored, whatever their number
 * @param alignment where rows of different lengths meet
 * @param most the most tokens that a row can have for the graph's sake: the room of its cache, or
 *     the rows of its tables
 */
record Wiring(
    Map<String, Input> inputs,
    List<String> past,
    List<String> present,
    String logits,
    OnnxJavaType logitsType,
    int vocabulary,
    int rows,
    int columns,
    boolean scoresLast,
    Alignment alignment,
    OptionalInt most) {

  /** An input and what it is for. */
  record Input(InputRole role, OnnxJavaType type, long[] dims) {}

  static Wiring of(Engine engine, Description model, Graph graph, String where) {
    Ends.refuseOperator(model, where);
    String ids = Ends.ids(engine, model, where);
    Map<String, TensorInfo> outputs = engine.outputs();
    List<String> past =
        (model.blocks() > 0 ? model.cache().inputs() : Ends.caches(engine.inputs()))
            .stream().filter(name -> !name.contains("mask")).toList();
    List<String> present = model.blocks() > 0 ? model.cache().outputs() : Ends.caches(outputs);
    Map<String, Input> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, TensorInfo> input : engine.inputs().entrySet()) {
      if (!input.getKey().startsWith("steer.")) {
        TensorInfo info = input.getValue();
        InputRole role = role(input.getKey(), info, ids, past, where);
        inputs.put(input.getKey(), new Input(role, info.type, info.getShape()));
      }
    }
    long vocabulary = model.vocabulary().orElse(0L);
    String logits = Ends.logits(outputs, present, vocabulary, where);
    long[] scores = outputs.get(logits).getShape();
    int width = (int) (scores[2] > 0 ? scores[2] : vocabulary);
    long[] shape = engine.inputs().get(ids).getShape();
    Wiring plain =
        new Wiring(
            inputs,
            past,
            present,
            logits,
            outputs.get(logits).type,
            width,
            shape[0] > 0 ? (int) shape[0] : -1,
            shape[1] > 0 ? (int) shape[1] : -1,
            scores[1] == 1 && shape[1] != 1,
            Alignment.NONE,
            OptionalInt.empty());
    return plain.keeping(Grouped.in(graph), where);
  }

  /** The same with what its attention says of the cache. */
  private Wiring keeping(Grouped grouped, String where) {
    boolean counts = grouped.keep(past);
    OptionalInt room = room();
    if (room.isPresent() && !counts && !has(InputRole.SLOTS)) {
      throw Problem.of(Code.UNKNOWN_CACHE, "the cache has a fixed length, and no place for a token")
          .at(where)
          .note("`" + past.get(0) + "` is for " + room.getAsInt() + " tokens")
          .help("export the model with a cache of any length, or with cache_position")
          .exception();
    }
    OptionalInt most = IntStream.concat(room.stream(), grouped.positions().stream()).min();
    int together = counts && fixedMask() ? 1 : rows;
    return new Wiring(
        inputs,
        past,
        present,
        logits,
        logitsType,
        vocabulary,
        together,
        columns,
        scoresLast,
        alignment(grouped),
        most);
  }

  private Alignment alignment(Grouped grouped) {
    boolean masked = has(InputRole.MASK) && columns < 0;
    boolean placed = has(InputRole.POSITIONS);
    if (!grouped.isThere()) {
      return masked && placed && room().isEmpty() ? Alignment.LAST : Alignment.NONE;
    }
    boolean counted = has(InputRole.LENGTHS) || has(InputRole.MASK);
    boolean apart = counted && !has(InputRole.CACHED) && !has(InputRole.SLOTS) && columns < 0;
    return apart && !scoresLast && grouped.keep(past) && (placed || grouped.rotate())
        ? Alignment.FIRST
        : Alignment.NONE;
  }

  /** How many tokens the cache has room for, when that is fixed. */
  OptionalInt room() {
    return past.stream().map(this::room).flatMapToInt(OptionalInt::stream).min();
  }

  private OptionalInt room(String name) {
    long[] dims = inputs.get(name).dims();
    long room = dims[dims.length - 2];
    return room > 0 ? OptionalInt.of((int) room) : OptionalInt.empty();
  }

  /** Whether a mask of a fixed length hides from the attention that a run is the first one. */
  private boolean fixedMask() {
    return inputs.values().stream()
        .filter(input -> input.role() == InputRole.MASK)
        .anyMatch(input -> input.dims()[input.dims().length - 1] > 0);
  }

  private static InputRole role(
      String name, TensorInfo info, String ids, List<String> past, String where) {
    try {
      return InputRole.of(name, info, ids, Set.copyOf(past));
    } catch (SteercException e) {
      throw new SteercException(e.problems().stream().map(p -> p.at(where)).toList());
    }
  }

  boolean has(InputRole role) {
    return inputs.values().stream().anyMatch(input -> input.role() == role);
  }

  boolean takesPast() {
    return !past.isEmpty();
  }
}
