package dev.steerc.runtime;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a graph's GroupQueryAttention nodes say of its cache. Each keeps a row's tokens from the
 * start of the buffer on, whatever its length, and puts the next one behind as many as the row has.
 */
final class Grouped {
  private static final int PAST_KEY = 3;
  private static final int PAST_VALUE = 4;

  private final List<Node> nodes = new ArrayList<>();
  private final List<OptionalInt> tables = new ArrayList<>();

  private Grouped() {}

  static Grouped in(Graph graph) {
    Grouped grouped = new Grouped();
    grouped.collect(graph);
    return grouped;
  }

  private void collect(Graph graph) {
    for (Node node : graph.nodes()) {
      if (node.op().equals("GroupQueryAttention")) {
        nodes.add(node);
        tables.add(rows(graph, node.input(7)));
      } else if (node.op().equals("RotaryEmbedding")) {
        boolean isMicrosoft = node.domain().equals("com.microsoft");
        tables.add(rows(graph, node.input(isMicrosoft ? 2 : 1)));
      }
      node.subgraphs().forEach(this::collect);
    }
  }

  /** The rows of a table of cosines that the graph holds. */
  private static OptionalInt rows(Graph graph, String table) {
    Optional<Graph> at = Optional.of(graph);
    while (at.isPresent()) {
      Optional<Tensor> tensor = tensor(at.get(), table);
      if (tensor.isPresent()) {
        boolean isTable = tensor.get().rank() == 2;
        return isTable
            ? OptionalInt.of(Math.toIntExact(tensor.get().dims().get(0)))
            : OptionalInt.empty();
      }
      at = at.get().outer();
    }
    return OptionalInt.empty();
  }

  private static Optional<Tensor> tensor(Graph graph, String name) {
    return Optional.ofNullable(graph.initializers().get(name))
        .or(
            () ->
                graph
                    .producer(name)
                    .filter(node -> node.op().equals("Constant"))
                    .flatMap(node -> node.attribute("value"))
                    .flatMap(Attribute::tensor));
  }

  /** Whether there are any. */
  boolean isThere() {
    return !nodes.isEmpty();
  }

  /** Whether all of a cache is theirs; without one, whether there are any. */
  boolean keep(List<String> past) {
    Set<String> theirs = new HashSet<>();
    for (Node node : nodes) {
      theirs.add(node.input(PAST_KEY));
      theirs.add(node.input(PAST_VALUE));
    }
    return !nodes.isEmpty() && theirs.containsAll(past);
  }

  /** Whether they all rotate keys and queries themselves, by the row's own positions. */
  boolean rotate() {
    return nodes.stream()
        .allMatch(node -> node.attribute("do_rotary").map(Attribute::i).orElse(0L) == 1);
  }

  /** The most positions that the tables of the rotation have, when the graph holds one. */
  OptionalInt positions() {
    return tables.stream().flatMapToInt(OptionalInt::stream).min();
  }
}
