package dev.steerc.residual;

import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Value;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
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

  /** The graph's nodes, sorted; a graph that cannot be sorted is refused, as by any runtime. */
  static List<Node> sort(Graph graph) {
    List<Node> sorted = new ArrayList<>(graph.nodes().size());
    Map<Node, Boolean> done = new HashMap<>();
    for (Node node : graph.nodes()) {
      visit(graph, node, done, sorted);
    }
    refuseCycles(graph, sorted);
    return sorted;
  }

  private static void refuseCycles(Graph graph, List<Node> sorted) {
    Set<Node> earlier = new HashSet<>();
    Set<String> values = new HashSet<>();
    for (Node node : sorted) {
      for (String input : inputs(node)) {
        Node producer = graph.producer(input).orElse(null);
        if (producer != null && !earlier.contains(producer)) {
          throw malformed(node, "the graph runs in a circle", "`" + input + "` depends on itself");
        }
      }
      earlier.add(node);
      for (String output : node.outputs()) {
        if (!output.isEmpty() && !values.add(output)) {
          throw malformed(node, "two nodes yield one value", "it is named `" + output + "`");
        }
      }
    }
  }

  private static RuntimeException malformed(Node node, String what, String note) {
    return Problem.of(Code.MALFORMED, what)
        .at("node `" + node.label() + "`")
        .note(note)
        .help("export the model again")
        .exception();
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
    List<String> inputs = inputs(node);
    for (int i = inputs.size() - 1; i >= 0; i--) {
      Node producer = graph.producer(inputs.get(i)).orElse(null);
      if (producer != null && !done.containsKey(producer)) {
        open.push(producer);
      }
    }
  }

  /** The node's inputs, and what its subgraphs take from around them. */
  static List<String> inputs(Node node) {
    if (node.subgraphs().isEmpty()) {
      return node.inputs();
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    node.subgraphs().forEach(inner -> inputs.addAll(captured(inner)));
    return inputs;
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
