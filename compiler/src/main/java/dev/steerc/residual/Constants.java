package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The values of a graph that do not depend on its inputs, those of the graphs around it included.
 */
final class Constants {
  private static final Set<String> RANDOM =
      Set.of("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli");

  private final Set<String> names = new HashSet<>();
  private final Map<String, Tensor> tensors = new HashMap<>();

  private final Optional<Constants> around;

  /**
   * Those that a graph begins with.
   *
   * @param around those of the graph around it
   */
  Constants(Graph graph, Optional<Constants> around) {
    this.around = around;
    names.addAll(graph.initializers().keySet());
    tensors.putAll(graph.initializers());
  }

  /** All that the graphs inside a graph can take from it. */
  static Constants of(Graph graph) {
    Constants all = new Constants(graph, graph.outer().map(Constants::of));
    Topology.sort(graph).forEach(all::visit);
    return all;
  }

  /** Takes note of a node; nodes come in topological order. */
  void visit(Node node) {
    if (isConstant(node)) {
      names.addAll(node.outputs());
      value(node).ifPresent(tensor -> tensors.put(node.output(0), tensor));
    }
  }

  private boolean isConstant(Node node) {
    for (String input : node.inputs()) {
      if (!input.isEmpty() && !contains(input)) {
        return false;
      }
    }
    return node.subgraphs().isEmpty() && !RANDOM.contains(node.op());
  }

  boolean contains(String value) {
    return names.contains(value) || around.isPresent() && around.get().contains(value);
  }

  /** The tensor of a constant that is stored as it is. */
  Optional<Tensor> tensor(String value) {
    Tensor own = tensors.get(value);
    return own == null && around.isPresent()
        ? around.get().tensor(value)
        : Optional.ofNullable(own);
  }

  /** The value of a Constant node, or the shape of what is computed from stored constants. */
  private Optional<Tensor> value(Node node) {
    return switch (node.op()) {
      case "Constant" -> constant(node);
      case "Identity" -> tensor(node.input(0));
      case "Cast" -> tensor(node.input(0)).flatMap(stored -> typed(stored, node));
      case "DequantizeLinear" -> tensor(node.input(0)).map(stored -> dequantised(stored, node));
      case "Transpose" -> tensor(node.input(0)).map(stored -> transposed(stored, node));
      case "Add", "Sub", "Mul", "Div" -> broadcast(node);
      default -> Optional.empty();
    };
  }

  private static Optional<Tensor> constant(Node node) {
    Optional<Tensor> list =
        node.attribute("value_ints").map(a -> Tensor.of(a.ints(), List.of((long) a.ints().size())));
    Optional<Tensor> one =
        node.attribute("value_int").map(a -> Tensor.of(List.of(a.i()), List.of()));
    return node.attribute("value").flatMap(Attribute::tensor).or(() -> list).or(() -> one);
  }

  /** Weights that are kept in fewer bits than they are used in. */
  private static Optional<Tensor> typed(Tensor stored, Node cast) {
    long to = cast.attribute("to").map(Attribute::i).orElse(0L);
    boolean isFloat = stored.type().map(ElementType::isFloat).orElse(false);
    return ElementType.of((int) to).filter(type -> isFloat && type.isFloat()).map(stored::shaped);
  }

  private Tensor dequantised(Tensor stored, Node node) {
    return stored.shaped(tensor(node.input(1)).flatMap(Tensor::type).orElse(ElementType.FLOAT32));
  }

  private static Tensor transposed(Tensor stored, Node node) {
    List<Long> dims = new ArrayList<>(stored.dims());
    List<Long> order = node.attribute("perm").map(Attribute::ints).orElse(List.of());
    boolean fits = order.stream().allMatch(axis -> axis >= 0 && axis < stored.rank());
    if (order.size() == stored.rank() && fits) {
      dims = order.stream().map(axis -> stored.dims().get(axis.intValue())).toList();
    } else {
      Collections.reverse(dims);
    }
    return stored.shaped(dims);
  }

  /** One of the operands is as large as the result, in all that models do to their weights. */
  private Optional<Tensor> broadcast(Node node) {
    List<Tensor> operands = node.inputs().stream().flatMap(i -> tensor(i).stream()).toList();
    return operands.size() != node.inputs().size()
        ? Optional.empty()
        : operands.stream()
            .max(Comparator.comparing(Tensor::rank).thenComparing(Tensor::elements))
            .map(operand -> operand.shaped(operand.dims()));
  }
}
