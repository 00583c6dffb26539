package dev.steerc.models;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A graph under construction in one dialect: each method adds a node and names what it gives. */
final class GraphBuilder {
  /** Stands for an output that is named after its node. */
  static final String OWN = "*";

  private static final Set<String> CONTRIB =
      Set.of(
          "Attention",
          "EmbedLayerNormalization",
          "FastGelu",
          "GroupQueryAttention",
          "RotaryEmbedding",
          "SkipLayerNormalization",
          "SkipSimplifiedLayerNormalization");

  /** One dimension of a shape: a number, or the name of a scalar int64 value. */
  record Dim(String scalar, long fixed) {
    static Dim of(long fixed) {
      return new Dim(null, fixed);
    }
  }

  private final Dialect dialect;
  private final Names names;
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Map<String, Weight> weights;
  private final Map<String, String> widened = new HashMap<>();
  private final Map<TensorProto, String> constants = new LinkedHashMap<>();

  /**
   * @param weights takes every weight that a node reads, by name
   */
  GraphBuilder(Dialect dialect, Map<String, Weight> weights) {
    this.dialect = dialect;
    this.names = new Names(dialect);
    this.weights = weights;
  }

  Dialect dialect() {
    return dialect;
  }

  /** The nodes and small constants so far, open for more. */
  GraphProto.Builder graph() {
    return graph;
  }

  GraphBuilder enter(String scope) {
    names.enter(scope);
    return this;
  }

  String op(String type, List<String> inputs, AttributeProto... attributes) {
    return ops(type, 1, inputs, attributes).get(0);
  }

  List<String> ops(String type, int outputs, List<String> inputs, AttributeProto... attributes) {
    return named(Collections.nCopies(outputs, OWN), type, inputs, attributes);
  }

  /**
   * A node some of whose outputs have given names.
   *
   * @param outputs {@link #OWN} stands for a name after the node's, the empty name for no output
   * @return the outputs' names
   */
  List<String> named(
      List<String> outputs, String type, List<String> inputs, AttributeProto... attributes) {
    String name = names.node(type);
    List<String> values =
        IntStream.range(0, outputs.size())
            .mapToObj(i -> outputs.get(i).equals(OWN) ? names.value(name, i) : outputs.get(i))
            .toList();
    var node = NodeProto.newBuilder().setName(name).setOpType(type);
    node.addAllInput(inputs).addAllOutput(values).addAllAttribute(List.of(attributes));
    if (CONTRIB.contains(type)) {
      node.setDomain("com.microsoft");
    }
    graph.addNode(node);
    return values;
  }

  String weight(String path, Weight weight) {
    String name = names.weight(path);
    boolean isNew = weights.put(name, weight) == null;
    if (!dialect.has(Trait.HALF_STORED)) {
      return name;
    }
    if (isNew) {
      widened.put(name, cast(name, Tensors.FLOAT));
    }
    return widened.get(name);
  }

  /** An initializer that is no {@link Weight}. */
  String initializer(String path, TensorProto tensor) {
    String name = names.weight(path);
    graph.addInitializer(tensor.toBuilder().setName(name));
    return name;
  }

  String constant(TensorProto value) {
    if (!dialect.has(Trait.CONSTANT_INITIALIZERS)) {
      return op("Constant", List.of(), Attributes.tensor("value", value));
    }
    return constants.computeIfAbsent(
        value,
        tensor -> {
          String name = names.value(names.node("Constant"), 0);
          graph.addInitializer(tensor.toBuilder().setName(name));
          return name;
        });
  }

  /** A scalar of the stream's type. */
  String number(double value) {
    return constant(Tensors.floats(dialect.elementType(), List.of(), (float) value));
  }

  String single(double value) {
    return constant(Tensors.floats(Tensors.FLOAT, List.of(), (float) value));
  }

  String integer(long value) {
    return constant(Tensors.longs(List.of(), value));
  }

  String integers(long... values) {
    return constant(Tensors.longs(List.of(values.length), values));
  }

  String cast(String value, int type) {
    return op("Cast", List.of(value), Attributes.integer("to", type));
  }

  String unsqueeze(String value, long axis) {
    return dialect.opset() < 13
        ? op("Unsqueeze", List.of(value), Attributes.integers("axes", axis))
        : op("Unsqueeze", List.of(value, integers(axis)));
  }

  List<String> split(String value, long axis, long... sizes) {
    var along = Attributes.integer("axis", axis);
    return dialect.opset() < 13
        ? ops("Split", sizes.length, List.of(value), along, Attributes.integers("split", sizes))
        : ops("Split", sizes.length, List.of(value, integers(sizes)), along);
  }

  String transpose(String value, long... order) {
    return op("Transpose", List.of(value), Attributes.integers("perm", order));
  }

  /** The size of a value along an axis, as a scalar. */
  String size(String value, long axis) {
    return op(
        "Gather",
        List.of(op("Shape", List.of(value)), integer(axis)),
        Attributes.integer("axis", 0));
  }

  /** Dimension {@code axis} of a [batch, sequence, …] value, however this dialect comes by it. */
  Dim dim(String value, int axis) {
    if (dialect.has(Trait.STATIC)) {
      return Dim.of(axis == 0 ? Dialect.STATIC_BATCH : Dialect.STATIC_WIDTH);
    }
    return dialect.has(Trait.ZERO_RESHAPES) ? Dim.of(0) : new Dim(size(value, axis), 0);
  }

  String reshape(String value, Dim... dims) {
    return op("Reshape", List.of(value, shape(dims)));
  }

  private String shape(Dim... dims) {
    if (Arrays.stream(dims).allMatch(dim -> dim.scalar() == null)) {
      return integers(Arrays.stream(dims).mapToLong(Dim::fixed).toArray());
    }
    List<String> parts =
        Arrays.stream(dims)
            .map(d -> d.scalar() == null ? integers(d.fixed()) : unsqueeze(d.scalar(), 0))
            .toList();
    return op("Concat", parts, Attributes.integer("axis", 0));
  }
}
