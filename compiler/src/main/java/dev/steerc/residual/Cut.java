package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import java.util.List;
import java.util.Set;

/**
 * A value [batch, seq, width] behind which a decoder computes each position for itself, and nothing
 * but its logits: what they are at some positions follows from the value at those positions alone.
 *
 * @param value the tensor's name
 * @param node what yields it
 * @param readers what reads it on the way to the logits; others need all positions
 * @param behind the nodes from there to the logits
 */
public record Cut(Graph graph, String value, Node node, List<Reader> readers, Set<Node> behind) {

  /** An input of a node. */
  public record Reader(Node node, int input) {

    // Plain code, since what a record brings is only made when it is first used: at every start.

    @Override
    public int hashCode() {
      return 31 * node.hashCode() + input;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Reader reader && reader.node == node && reader.input == input;
    }
  }

  public Cut {
    readers = List.copyOf(readers);
    behind = Set.copyOf(behind);
  }
}
