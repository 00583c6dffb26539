package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The order of a graph's nodes: producers first, otherwise as in the file. */
final class Topology {
  private Topology() {}

  /** The graph's nodes, sorted. A cycle, which no runtime loads either, keeps the file's order. */
  static List<Node> sort(Graph graph) {
    List<Node> sorted = new ArrayList<>(graph.nodes().size());
    Map<Node, Boolean> done = new HashMap<>();
    for (Node node : graph.nodes()) {
      visit(graph, node, done, sorted);
    }
    return sorted;
  }

  private static void visit(Graph graph, Node first, Map<Node, Boolean> done, List<Node> sorted) {
    Deque<Node> open = new ArrayDeque<>(List.of(first));
    while (!open.isEmpty()) {
      Node node = open.peek();
      if (done.putIfAbsent(node, false) == null) {
        pushProducers(graph, node, done, open);
      }
      if (open.peek() == node) {
        open.pop();
        if (!done.put(node, true)) {
          sorted.add(node);
        }
      }
    }
  }

  private static void pushProducers(
      Graph graph, Node node, Map<Node, Boolean> done, Deque<Node> open) {
    List<String> inputs = new ArrayList<>(node.inputs());
    node.subgraphs().forEach(inner -> inputs.addAll(captured(inner)));
    for (int i = inputs.size() - 1; i >= 0; i--) {
      graph.producer(inputs.get(i)).filter(n -> !done.containsKey(n)).ifPresent(open::push);
    }
  }

  /** The names that a subgraph reads from around it. */
  static Set<String> captured(Graph graph) {
    Set<String> inside = new HashSet<>(graph.initializers().keySet());
    graph.inputs().stream().map(Value::name).forEach(inside::add);
    graph.nodes().forEach(node -> inside.addAll(node.outputs()));
    Set<String> captured = new HashSet<>();
    for (Node node : graph.nodes()) {
      captured.addAll(node.inputs());
      node.subgraphs().forEach(inner -> captured.addAll(captured(inner)));
    }
    graph.outputs().stream().map(Value::name).forEach(captured::add);
    captured.removeAll(inside);
    return captured;
  }
}
