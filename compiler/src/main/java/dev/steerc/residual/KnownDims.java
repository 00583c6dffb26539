package dev.steerc.residual;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.Value;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The dimensions of a stream's values, where ONNX Runtime knows them. It would lose them where a
 * port of any batch is added, and fuses by them. Where it does not know them, it must not be told:
 * it would fuse what it does not in the original, and round otherwise.
 *
 * @param dims those of every value that is not hidden
 * @param hidden the values that come through an operator behind which they are not known
 */
record KnownDims(List<Dim> dims, Set<String> hidden) {
  /** Behind these operators ONNX Runtime knows the dimensions of a value by those of the ids. */
  private static final Set<String> INFERRED =
      Set.of(
          "Gather",
          "EmbedLayerNormalization",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Sqrt",
          "Erf",
          "Tanh",
          "Sigmoid",
          "Gelu",
          "FastGelu",
          "Cast",
          "Identity",
          "MatMul",
          "Split",
          "Attention",
          "LayerNormalization",
          "RMSNormalization");

  static KnownDims of(Flow flow, Chain chain, long width) {
    String ids = chain.embedding().ids();
    List<Dim> given = flow.graph().declared(ids).flatMap(Value::shape).orElse(List.of());
    if (given.size() != 2 || hidden(flow, ids).contains(chain.base())) {
      return new KnownDims(List.of(), Set.of());
    }
    List<Dim> dims = List.of(given.get(0), given.get(1), new Dim(width, ""));
    return new KnownDims(dims, hidden(flow, chain.base()));
  }

  /** A value's dimensions; none when they are not known. */
  List<Dim> of(String value) {
    return hidden.contains(value) ? List.of() : dims;
  }

  /** What is computed from a value by any other operator, directly or not. */
  private static Set<String> hidden(Flow flow, String from) {
    Set<String> reached = new HashSet<>(Set.of(from));
    Set<String> hidden = new HashSet<>();
    for (Step step : flow.steps()) {
      if (!Collections.disjoint(reached, step.inputs())) {
        reached.addAll(step.outputs());
        if (!INFERRED.contains(step.node().op()) || !Collections.disjoint(hidden, step.inputs())) {
          hidden.addAll(step.outputs());
        }
      }
    }
    return hidden;
  }
}
