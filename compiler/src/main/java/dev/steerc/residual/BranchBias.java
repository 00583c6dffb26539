package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * The constant that a branch adds last, to every token alike.
 *
 * @param node the operator that adds it
 * @param input its position there
 * @param tensor what is added; empty when there is no such constant
 * @param obstacle why a steering cannot go in there, empty when it can
 */
public record BranchBias(Node node, int input, Optional<Tensor> tensor, String obstacle) {
  private static final Set<String> SAME = Set.of("Identity", "Reshape", "Dropout");

  private static BranchBias none(Node node, String why) {
    return new BranchBias(node, -1, Optional.empty(), why);
  }

  /** The bias that a value ends in, if nothing else reads the value. */
  static BranchBias of(Flow flow, String branch, long width) {
    String value = branch;
    while (true) {
      Step step = flow.producer(value).orElseThrow();
      Node node = step.node();
      if (flow.onlyReader(value).isEmpty()) {
        return none(node, "`" + value + "` is read by others as well");
      }
      if (!step.is(Step.Kind.PASS) || !SAME.contains(node.op())) {
        return at(flow, node, input(flow, node), width);
      }
      value = step.inputs().get(0);
    }
  }

  /** The bias at a position of a node, or why it is none. */
  static BranchBias at(Flow flow, Node node, int input, long width) {
    if (input < 0 || node.input(input).isEmpty()) {
      return none(node, "the branch ends in `" + node.op() + "` without a bias");
    }
    Optional<Tensor> tensor = flow.constant(node.input(input));
    Optional<ElementType> type = tensor.flatMap(Tensor::type);
    if (tensor.isEmpty() || tensor.get().rank() != 1 || tensor.get().elements() != width) {
      return none(node, "what the branch ends in is no stored bias of " + width + " channels");
    }
    if (type.filter(t -> t == ElementType.FLOAT32).isEmpty()) {
      return none(node, "its bias is " + type.map(ElementType::label).orElse("of another type"));
    }
    return new BranchBias(node, input, tensor, "");
  }

  private static int input(Flow flow, Node node) {
    return switch (node.op()) {
      case "Add" -> flow.isConstant(node.input(1)) ? 1 : flow.isConstant(node.input(0)) ? 0 : -1;
      case "Gemm" -> node.attribute("beta").map(Attribute::f).orElse(1f) == 1f ? 2 : -1;
      case "MatMulNBits" -> 5;
      default -> -1;
    };
  }
}
