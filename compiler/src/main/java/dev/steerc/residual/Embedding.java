package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a residual stream begins.
 *
 * @param rows the rows of the token table, which is the vocabulary; 0 when vectors come from
 *     outside
 * @param ids the graph input that picks the rows; empty when it could not be told
 * @param positions the rows of the table of learned positions; 0 when there is none
 */
record Embedding(long rows, String ids, long positions) {

  /** Tables of token types have hardly any rows. */
  private static final int FEW = 4;

  /** What else may happen between the tables and the stream; anything else is no embedding. */
  private static final Set<String> OPERATORS =
      Set.of(
          "Mul",
          "Div",
          "Sub",
          "Add",
          "Slice",
          "Expand",
          "Where",
          "Sqrt",
          "Pow",
          "ReduceMean",
          "Reciprocal",
          "Concat",
          "ConstantOfShape",
          "Clip");

  private static final Set<String> PROJECTIONS = Set.of("MatMul", "Gemm");

  /** The embedding that yields a value, if nothing but an embedding does. */
  static Optional<Embedding> of(Flow flow, String base) {
    List<Embedding> tables = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(base));
    while (!open.isEmpty()) {
      String value = open.pop();
      if (value.isEmpty() || !seen.add(value) || flow.isConstant(value)) {
        continue;
      }
      Step step = flow.producer(value).orElse(null);
      if (step == null) {
        input(flow, value)
            .filter(Embedding::isStream)
            .ifPresent(v -> tables.add(new Embedding(0, v.name(), 0)));
      } else if (isTransposed(flow, value)) {
        return Optional.empty();
      } else if (table(flow, step).isPresent()) {
        tables.add(table(flow, step).get());
      } else if (isElementary(flow, step)) {
        open.addAll(step.inputs());
      } else if (!step.is(Step.Kind.SHAPE) && !isRange(step)) {
        return Optional.empty();
      }
    }
    // positions that are fed pick rows as ids do, from a table that may be the larger one; that an
    // input is called so only settles which of the two is the vocabulary, never where the stream is
    Optional<Embedding> tokens =
        tables.stream()
            .max(
                Comparator.comparing((Embedding t) -> !t.ids().isEmpty())
                    .thenComparing(t -> !t.ids().contains("position"))
                    .thenComparing(Embedding::rows));
    return tokens.map(table -> table.with(tables));
  }

  /** The table of tokens with what the others say of positions. */
  private Embedding with(List<Embedding> tables) {
    long others =
        tables.stream()
            .filter(table -> table != this)
            .mapToLong(Embedding::rows)
            .max()
            .orElse(positions);
    return new Embedding(rows, ids, others > FEW ? others : 0);
  }

  private static boolean isElementary(Flow flow, Step step) {
    String op = step.node().op();
    return Set.of(Step.Kind.SUM, Step.Kind.NORM, Step.Kind.PASS).contains(step.kind())
        || OPERATORS.contains(op)
        || PROJECTIONS.contains(op) && step.inputs().stream().anyMatch(flow::isConstant);
  }

  /** Whether a value has its batch and sequence swapped on its way from the tables. */
  static boolean isTransposed(Flow flow, String base) {
    Optional<Step> last = flow.producer(base);
    Optional<Step> indices =
        last.filter(step -> table(flow, step).isPresent())
            .flatMap(step -> flow.producer(flow.origin(step.node().input(1))));
    return last.filter(Embedding::isTranspose)
        .or(() -> indices.filter(Embedding::isTranspose))
        .isPresent();
  }

  private static boolean isTranspose(Step step) {
    return step.node().op().equals("Transpose");
  }

  private static boolean isRange(Step step) {
    return Set.of("Range", "CumSum", "Gather").contains(step.node().op());
  }

  private static Optional<Embedding> table(Flow flow, Step step) {
    Node node = step.node();
    boolean fused = Fused.of(node) != null && step.is(Step.Kind.OTHER);
    if (!fused && !Set.of("Gather", "GatherBlockQuantized").contains(node.op())) {
      return Optional.empty();
    }
    String ids = node.input(fused ? 0 : 1);
    long positions = fused ? height(flow, node.input(3)).orElse(0L) : 0;
    return height(flow, node.input(fused ? 2 : 0))
        .map(rows -> rows - skipped(flow, ids))
        .map(rows -> new Embedding(rows, source(flow, ids).orElse(""), positions));
  }

  /** The rows in front that no index reaches, as OPT's positions begin at 2. */
  private static long skipped(Flow flow, String indices) {
    return flow
        .producer(flow.origin(indices))
        .filter(step -> step.node().op().equals("Add"))
        .stream()
        .flatMap(step -> step.inputs().stream())
        .flatMap(input -> flow.constant(input).stream())
        .filter(constant -> constant.elements() == 1)
        .flatMap(constant -> constant.longs().stream())
        .filter(offset -> offset > 0)
        .findFirst()
        .orElse(0L);
  }

  private static Optional<Long> height(Flow flow, String table) {
    return flow.constant(table).filter(t -> t.rank() >= 2).map(t -> t.dims().get(0));
  }

  /** The graph input that integer indices come from, unless they are computed, as positions are. */
  private static Optional<String> source(Flow flow, String indices) {
    String at = flow.origin(indices);
    while (flow.producer(at).isPresent()) {
      Step step = flow.producer(at).get();
      if (!Set.of("Unsqueeze", "Squeeze", "Expand", "Slice", "Concat").contains(step.node().op())) {
        return Optional.empty();
      }
      at = flow.origin(step.inputs().get(0));
    }
    return input(flow, at).map(Value::name);
  }

  private static Optional<Value> input(Flow flow, String name) {
    Optional<Graph> graph = Optional.of(flow.graph());
    while (graph.isPresent()) {
      for (Value input : graph.get().inputs()) {
        if (input.name().equals(name)) {
          return Optional.of(input);
        }
      }
      graph = graph.get().outer();
    }
    return Optional.empty();
  }

  private static boolean isStream(Value input) {
    boolean isFloat = input.type().map(type -> type.isFloat()).orElse(false);
    return isFloat && input.shape().map(List::size).orElse(0) == 3;
  }
}
