package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.Dim;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import dev.steerc.onnx.Value;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The heads of attention.
 *
 * @param queries how many there are
 * @param keysAndValues how many of them have keys and values of their own; 0 when it could not be
 *     told
 */
public record Heads(int queries, int keysAndValues) {
  private static final Set<String> DIVIDERS = Set.of("Transpose", "Gather", "Split", "Slice");

  /**
   * What a cache is declared to hold for a position.
   *
   * @param heads with keys and values of their own
   * @param size the width of each
   */
  private record Kept(long heads, long size) {}

  /** The heads of the attention in a branch, by what the operator is told or else by shapes. */
  static Optional<Heads> of(Flow flow, Attention attention, Sum.Branch branch, Notes notes) {
    Step step = attention.step();
    Optional<Heads> told = told(step.node());
    told.ifPresent(heads -> notes.add("heads", "attributes say " + heads.text(), step));
    return told.or(() -> counted(flow, step, branch, notes));
  }

  /** The numbers as people write them, such as {@code 32/8}. */
  public String text() {
    boolean grouped = keysAndValues > 0 && keysAndValues != queries;
    return grouped ? queries + "/" + keysAndValues : Integer.toString(queries);
  }

  private static Optional<Heads> told(Node node) {
    Optional<Long> queries = number(node, "num_heads").or(() -> number(node, "q_num_heads"));
    Optional<Long> own = number(node, "kv_num_heads").or(() -> queries);
    return queries.map(count -> new Heads(count.intValue(), own.orElse(count).intValue()));
  }

  private static Optional<Long> number(Node node, String attribute) {
    return node.attribute(attribute)
        .map(Attribute::i)
        .filter(value -> value > 0 && value < 1 << 16);
  }

  /** Heads leave attention side by side, and what projects them is as wide as all of them. */
  private static Optional<Heads> counted(Flow flow, Step step, Sum.Branch branch, Notes notes) {
    Optional<Kept> kept =
        branch.region().steps().stream()
            .filter(each -> each.node().op().equals("Concat") || each == step)
            .flatMap(each -> each.inputs().stream())
            .flatMap(input -> kept(flow, input).stream())
            .findFirst();
    long size = kept.map(Kept::size).orElse(flow.shape(step.output()).width());
    Optional<Step> out =
        Region.between(flow, step.output(), branch.operand().value()).steps().stream()
            .filter(each -> Region.isProjection(flow, each))
            .findFirst();
    long width = out.flatMap(each -> depth(flow, each)).orElse(0L);
    long own = kept.map(Kept::heads).orElse(0L);
    if (size < 2 || width < size || width % size != 0 || own > 0 && width / size % own != 0) {
      return Optional.empty();
    }
    Heads heads = new Heads((int) (width / size), (int) own);
    String declared = own > 0 ? "; its cache is declared to have %s".formatted(own) : "";
    notes.add(
        "heads",
        "attention yields %s channels, of which a head has %s%s".formatted(width, size, declared),
        out.get());
    return Optional.of(heads);
  }

  /** Of a cache's dimensions only the heads and their size are fixed, in this order. */
  private static Optional<Kept> kept(Flow flow, String value) {
    String at = flow.origin(value);
    Optional<Step> step = flow.producer(at);
    while (step.isPresent() && DIVIDERS.contains(step.get().node().op())) {
      at = flow.origin(step.get().inputs().get(0));
      step = flow.producer(at);
    }
    if (step.isPresent() || flow.isConstant(at)) {
      return Optional.empty();
    }
    List<Dim> dims = dims(flow.graph(), at);
    List<Dim> own = dims.size() == 5 ? dims.subList(1, 5) : dims;
    List<Long> fixed = own.stream().filter(Dim::isFixed).map(Dim::size).toList();
    return own.size() == 4 && fixed.size() == 2 && fixed.get(0) > 0
        ? Optional.of(new Kept(fixed.get(0), fixed.get(1)))
        : Optional.empty();
  }

  private static List<Dim> dims(Graph graph, String name) {
    Optional<Value> declared = graph.declared(name);
    Optional<Graph> outer = graph.outer();
    return declared.isEmpty() && outer.isPresent()
        ? dims(outer.get(), name)
        : declared.flatMap(Value::shape).orElse(List.of());
  }

  /** How many channels a projection reads. */
  private static Optional<Long> depth(Flow flow, Step step) {
    Node node = step.node();
    boolean turned = node.attribute("transB").map(Attribute::i).orElse(0L) == 1;
    return number(node, "K")
        .or(
            () ->
                step.inputs().stream()
                    .flatMap(input -> flow.constant(input).stream())
                    .filter(tensor -> tensor.rank() == 2)
                    .map(Tensor::dims)
                    .map(dims -> dims.get(turned ? 1 : 0))
                    .findFirst());
  }
}
