package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.HashMap;
import java.util.HashSet;
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

  Constants(Graph graph) {
    graph.outer().ifPresent(this::adopt);
    names.addAll(graph.initializers().keySet());
    tensors.putAll(graph.initializers());
  }

  private void adopt(Graph outer) {
    Constants around = new Constants(outer);
    Topology.sort(outer).forEach(around::visit);
    names.addAll(around.names);
    tensors.putAll(around.tensors);
  }

  /** Takes note of a node; nodes come in topological order. */
  void visit(Node node) {
    boolean constant =
        !RANDOM.contains(node.op())
            && node.subgraphs().isEmpty()
            && node.inputs().stream().allMatch(input -> input.isEmpty() || names.contains(input));
    if (constant) {
      names.addAll(node.outputs());
      value(node).ifPresent(tensor -> tensors.put(node.output(0), tensor));
    }
  }

  boolean contains(String value) {
    return names.contains(value);
  }

  /** The tensor of a constant that is stored as it is. */
  Optional<Tensor> tensor(String value) {
    return Optional.ofNullable(tensors.get(value));
  }

  /** The value of a Constant node, or of one that only renames or converts a stored constant. */
  private Optional<Tensor> value(Node node) {
    return switch (node.op()) {
      case "Constant" -> node.attribute("value").flatMap(Attribute::tensor);
      case "Identity" -> tensor(node.input(0));
      case "Cast" -> tensor(node.input(0)).flatMap(stored -> widened(stored, node));
      default -> Optional.empty();
    };
  }

  /** Weights that are kept in fewer bits than they are used in. */
  private static Optional<Tensor> widened(Tensor stored, Node cast) {
    long to = cast.attribute("to").map(Attribute::i).orElse(0L);
    boolean isFloat = stored.type().map(ElementType::isFloat).orElse(false);
    return ElementType.of((int) to).filter(type -> isFloat && type.isFloat()).map(stored::shaped);
  }
}
