package dev.steerc.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An operator in a graph, and where it stands in the file. Equal only to itself. */
public final class Node {
  private final Operator operator;
  private final String name;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Map<String, Attribute> attributes;
  private final Place place;
  private final List<Graph> subgraphs;

  /**
   * Where the node stands.
   *
   * @param expansion what it is a part of, or null when it stands in the file
   * @param field the whole field in the graph, tag included
   * @param frame the node's message
   * @param inputs the {@code input} fields, tag included, in order
   * @param outputs the {@code output} fields, tag included, in order
   */
  record Place(
      Expansion expansion, Span field, Frame frame, List<Span> inputs, List<Span> outputs) {}

  Node(
      Operator operator,
      String name,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes,
      Place place) {
    this.operator = operator;
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.attributes = Map.copyOf(attributes);
    this.place = place;
    List<Graph> inside = new ArrayList<>();
    this.attributes.values().forEach(attribute -> inside.addAll(attribute.graphs()));
    this.subgraphs = List.copyOf(inside);
  }

  public String op() {
    return operator.name();
  }

  /** The operator's domain; empty for ONNX's own. */
  public String domain() {
    return operator.domain();
  }

  Operator operator() {
    return operator;
  }

  public String name() {
    return name;
  }

  /** The inputs by position; an absent optional one is empty. */
  public List<String> inputs() {
    return inputs;
  }

  /** The outputs by position; an absent optional one is empty. */
  public List<String> outputs() {
    return outputs;
  }

  /** The input at a position, empty when it is absent. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** The output at a position, empty when it is absent. */
  public String output(int index) {
    return index < outputs.size() ? outputs.get(index) : "";
  }

  public Optional<Attribute> attribute(String attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }

  public List<Graph> subgraphs() {
    return subgraphs;
  }

  /** The attributes that hold a graph, by name. */
  public Optional<Graph> subgraph(String attribute) {
    return attribute(attribute).flatMap(a -> a.graphs().stream().findFirst());
  }

  Place place() {
    return place;
  }

  /** What this node is a part of, if it stands for a call of a local function with others. */
  Optional<Expansion> expansion() {
    return Optional.ofNullable(place.expansion());
  }

  /** The calls of local functions that this node came through, outermost first; mostly none. */
  public List<Node> calls() {
    List<Node> calls = new ArrayList<>();
    for (Node at = this; at.place.expansion() != null; at = calls.get(0)) {
      calls.add(0, at.place.expansion().call());
    }
    return calls;
  }

  /** Why the node cannot be changed where it is, if it cannot: its call cannot be written out. */
  public Optional<String> obstacle() {
    return place.expansion() == null ? Optional.empty() : place.expansion().obstacle();
  }

  /** How a message names the node: its name, or its operator and first output. */
  public String label() {
    return name.isEmpty() ? op() + " -> " + output(0) : name;
  }

  @Override
  public String toString() {
    return String.join(", ", outputs) + " = " + op() + "(" + String.join(", ", inputs) + ")";
  }
}
