package dev.steerc.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one graph, which may legally be spread over several fields, as spans. */
final class GraphReader {
  private static final int MAX_DEPTH = 16;

  /** Says which nodes stand for one that was read: mostly itself. */
  interface Calls {
    List<Node> expand(Node node);
  }

  final List<Node> nodes = new ArrayList<>();
  final List<Value> inputs = new ArrayList<>();
  final List<Value> outputs = new ArrayList<>();
  final List<Graph.Declaration> declarations = new ArrayList<>();
  final Map<String, Value> values = new HashMap<>();
  final Map<String, Tensor> initializers = new LinkedHashMap<>();
  final Expansion expansion;
  String name = "";

  private final ByteBuffer file;
  private final Calls calls;
  private final Map<String, String> names = new HashMap<>();

  private GraphReader(ByteBuffer file, Calls calls, Expansion expansion) {
    this.file = file;
    this.calls = calls;
    this.expansion = expansion;
  }

  /** Reads the graph whose fields lie in the given frames, in order. */
  static Graph read(ByteBuffer file, List<Frame> frames) {
    return new GraphReader(file, List::of, null).graph(frames);
  }

  /** Reads the same with the nodes of its body in the place of each call of a function. */
  static Graph read(ByteBuffer file, List<Frame> frames, Calls calls) {
    return new GraphReader(file, calls, null).graph(frames);
  }

  /** Reads the nodes that stand for a call. */
  static List<Node> nodes(Expansion expansion, Calls calls) {
    ByteBuffer bytes = expansion.bytes();
    GraphReader reader = new GraphReader(bytes, calls, expansion);
    reader.scan(new Wire(bytes, new Span(0, bytes.limit())), null);
    return reader.nodes;
  }

  private Graph graph(List<Frame> frames) {
    if (frames.get(0).depth() > 3 * MAX_DEPTH) {
      throw new WireException(frames.get(0).lengthAt(), "subgraphs nested too deeply");
    }
    GraphReader reader = new GraphReader(file, calls, expansion);
    frames.forEach(frame -> reader.scan(new Wire(file, frame.content()), frame));
    return new Graph(reader, frames.get(frames.size() - 1));
  }

  private void scan(Wire wire, Frame frame) {
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> {
          int start = wire.fieldAt();
          Frame node = wire.frame(frame);
          nodes.addAll(calls.expand(node(new Span(start, wire.position()), node)));
        }
        case 2 -> name = wire.string();
        case 5 -> {
          Tensor tensor = Tensor.read(file, wire.frame(frame));
          initializers.put(tensor.name(), tensor);
        }
        case 11 -> inputs.add(Value.read(wire, file));
        case 12 -> {
          int start = wire.fieldAt();
          outputs.add(Value.read(wire, file));
          declarations.add(new Graph.Declaration(new Span(start, wire.position()), frame));
        }
        case 13 -> {
          Value value = Value.read(wire, file);
          values.put(value.name(), value);
        }
        default -> wire.skip();
      }
    }
  }

  private Node node(Span field, Frame frame) {
    String op = "";
    String domain = "";
    String overload = "";
    String nodeName = "";
    List<String> ins = new ArrayList<>();
    List<String> outs = new ArrayList<>();
    List<Span> inSpans = new ArrayList<>();
    List<Span> outSpans = new ArrayList<>();
    Map<String, Attribute> attributes = new HashMap<>();
    Wire wire = new Wire(file, frame.content());
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> {
          ins.add(name(wire));
          inSpans.add(new Span(wire.fieldAt(), wire.position()));
        }
        case 2 -> {
          outs.add(name(wire));
          outSpans.add(new Span(wire.fieldAt(), wire.position()));
        }
        case 3 -> nodeName = wire.string();
        case 4 -> op = wire.string();
        case 5 -> {
          Attribute attribute = attribute(wire.frame(frame));
          attributes.put(attribute.name(), attribute);
        }
        case 7 -> domain = wire.string();
        case 8 -> overload = wire.string();
        default -> wire.skip();
      }
    }
    Node.Place place = new Node.Place(expansion, field, frame, inSpans, outSpans);
    return new Node(new Operator(domain, op, overload), nodeName, ins, outs, attributes, place);
  }

  /** A value's name, the same object wherever it is named: to compare long names takes a while. */
  private String name(Wire wire) {
    String read = wire.string();
    String known = names.putIfAbsent(read, read);
    return known == null ? read : known;
  }

  private Attribute attribute(Frame frame) {
    String attribute = "";
    long i = 0;
    float f = 0;
    String s = "";
    List<Long> ints = new ArrayList<>();
    Tensor tensor = null;
    List<Frame> graph = new ArrayList<>();
    List<Graph> graphs = new ArrayList<>();
    Wire wire = new Wire(file, frame.content());
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> attribute = wire.string();
        case 2 -> f = Float.intBitsToFloat(wire.fixed32());
        case 3 -> i = wire.number();
        case 4 -> s = wire.string();
        case 5 -> tensor = Tensor.read(file, wire.frame(frame));
        case 6 -> graph.add(wire.frame(frame));
        case 11 -> graphs.add(graph(List.of(wire.frame(frame))));
        case 8 -> ints.addAll(Tensor.numbers(wire, file));
        default -> wire.skip();
      }
    }
    if (!graph.isEmpty()) {
      graphs.add(graph(graph));
    }
    return new Attribute(
        attribute, i, f, s, ints, Optional.ofNullable(tensor), List.copyOf(graphs));
  }
}
