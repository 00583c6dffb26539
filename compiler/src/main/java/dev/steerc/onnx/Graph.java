package dev.steerc.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A graph of the model, or a subgraph in an attribute of one of its nodes. Equal only to itself.
 */
public final class Graph {

  /**
   * Where something is declared.
   *
   * @param field the whole field, tag included
   * @param frame the part of the graph that it stands in
   */
  record Declaration(Span field, Frame frame) {}

  private final String name;
  private Graph outer;
  private final List<Node> nodes;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final List<Declaration> declarations;
  private final Map<String, Value> values;
  private final Map<String, Tensor> initializers;
  private final Map<String, Node> producers = new HashMap<>();
  private final Frame frame;
  private final Expansion expansion;

  Graph(GraphReader read, Frame frame) {
    this.name = read.name;
    this.frame = frame;
    this.expansion = read.expansion;
    this.nodes = List.copyOf(read.nodes);
    this.inputs = List.copyOf(read.inputs);
    this.outputs = List.copyOf(read.outputs);
    this.declarations = List.copyOf(read.declarations);
    this.initializers = new LinkedHashMap<>(read.initializers);
    this.values = new HashMap<>(read.values);
    inputs.forEach(value -> values.put(value.name(), value));
    outputs.forEach(value -> values.putIfAbsent(value.name(), value));
    for (Node node : nodes) {
      for (String output : node.outputs()) {
        producers.put(output, node);
      }
      node.subgraphs().forEach(graph -> graph.outer = this);
    }
    producers.remove("");
  }

  public String name() {
    return name;
  }

  /** The graph around this one; empty for the model's own. */
  public Optional<Graph> outer() {
    return Optional.ofNullable(outer);
  }

  /** In file order, which for the model's own graph need not be topological. */
  public List<Node> nodes() {
    return nodes;
  }

  public List<Value> inputs() {
    return inputs;
  }

  public List<Value> outputs() {
    return outputs;
  }

  public Map<String, Tensor> initializers() {
    return initializers;
  }

  /** Every constant of this graph and its subgraphs: initializers, and what Constant nodes hold. */
  public List<Tensor> constants() {
    List<Tensor> constants = new ArrayList<>(initializers.values());
    for (Node node : nodes) {
      if (node.op().equals("Constant") && node.domain().isEmpty()) {
        node.attribute("value").flatMap(Attribute::tensor).ifPresent(constants::add);
      }
      node.subgraphs().forEach(graph -> constants.addAll(graph.constants()));
    }
    return constants;
  }

  /** The node of this graph that yields a value. */
  public Optional<Node> producer(String value) {
    return Optional.ofNullable(producers.get(value));
  }

  /** A value's declared type, if this graph declares one. */
  public Optional<Value> declared(String value) {
    return Optional.ofNullable(values.get(value));
  }

  /** Every name of a value, initializer or node here and in the subgraphs. */
  public Set<String> names() {
    Set<String> names = new HashSet<>(initializers.keySet());
    names.addAll(values.keySet());
    for (Node node : nodes) {
      names.add(node.name());
      names.addAll(node.outputs());
      names.addAll(node.inputs());
      node.subgraphs().forEach(graph -> names.addAll(graph.names()));
    }
    names.remove("");
    return names;
  }

  /** The frame that new fields of this graph are appended to. */
  Frame frame() {
    return frame;
  }

  /** Where an output is declared. */
  Declaration declaration(int output) {
    return declarations.get(output);
  }

  /** What the graph is a part of, if it is one that a function has inside. */
  Optional<Expansion> expansion() {
    return Optional.ofNullable(expansion);
  }
}
