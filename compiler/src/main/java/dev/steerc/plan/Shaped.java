package dev.steerc.plan;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.residual.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Gives a value that is [batch·seq, hidden] its three dimensions for as long as it is edited, so
 * that one vector per row means the same everywhere. A value that has three stays as it is.
 */
final class Shaped {
  private static final int TENSOR = 4;
  private static final int INT = 2;
  private static final int INT64 = 7;

  private final Place place;
  private final String prefix;
  private final List<NodeProto> nodes;

  private Shaped(Place place, String prefix, List<NodeProto> nodes) {
    this.place = place;
    this.prefix = prefix;
    this.nodes = nodes;
  }

  /**
   * The shaping of one place.
   *
   * @param prefix what its names begin with
   * @param nodes takes its nodes
   */
  static Shaped of(Place place, String prefix, List<NodeProto> nodes) {
    return new Shaped(place, prefix, nodes);
  }

  boolean isFlat() {
    return place.flat().isPresent();
  }

  /** The value with three dimensions. */
  String open(String value) {
    if (!isFlat()) {
      return value;
    }
    Place.Flat flat = place.flat().orElseThrow();
    String shape = node("Shape", "shape", name("shape"), flat.like());
    if (!flat.whole()) {
      NodeProto.Builder whole =
          NodeProto.newBuilder().addInput(shape).addInput(constant("hidden", flat.width()));
      whole.addAttribute(AttributeProto.newBuilder().setName("axis").setType(INT).setI(0));
      shape = add(whole, "Concat", "whole_shape", name("whole_shape"));
    }
    return node("Reshape", "shaped", name("shaped"), value, shape);
  }

  /**
   * The value as it was before.
   *
   * @param as its name, or the empty name for a new one
   */
  String close(String value, String as) {
    if (!isFlat()) {
      return value;
    }
    String shape = constant("flat_shape", -1, place.flat().orElseThrow().width());
    return node("Reshape", "flat", as.isEmpty() ? name("flat") : as, value, shape);
  }

  private String name(String part) {
    return prefix + "/" + part;
  }

  private String node(String op, String part, String output, String... inputs) {
    return add(NodeProto.newBuilder().addAllInput(List.of(inputs)), op, part, output);
  }

  private String add(NodeProto.Builder node, String op, String part, String output) {
    nodes.add(node.setOpType(op).setName(name(part)).addOutput(output).build());
    return output;
  }

  private String constant(String part, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(values).forEach(raw::putLong);
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDataType(INT64)
            .addDims(values.length)
            .setRawData(ByteString.copyFrom(raw.flip()))
            .build();
    AttributeProto value =
        AttributeProto.newBuilder().setName("value").setType(TENSOR).setT(tensor).build();
    return add(NodeProto.newBuilder().addAttribute(value), "Constant", part, name(part));
  }
}
