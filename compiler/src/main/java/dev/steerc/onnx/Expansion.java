package dev.steerc.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.NodeProto;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What stands for one call of a local function: the nodes of its body, with the call's values and
 * attributes, as bytes of their own. Equal only to itself.
 */
final class Expansion {
  private final Node call;
  private final Function function;
  private final String prefix;
  private final byte[] bytes;
  private final Optional<String> obstacle;

  /**
   * Describes an expansion.
   *
   * @param call the node that calls, which may itself stand in an expansion
   * @param prefix what the name of every value begins with that only the nodes know
   * @param bytes the nodes as fields of a graph
   * @param obstacle why the nodes would mean something else outside their function, if they would
   */
  Expansion(Node call, Function function, String prefix, byte[] bytes, Optional<String> obstacle) {
    this.call = call;
    this.function = function;
    this.prefix = prefix;
    this.bytes = bytes;
    this.obstacle = obstacle;
  }

  Node call() {
    return call;
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes);
  }

  /** The values that the nodes read, in subgraphs too. */
  Set<String> reads() {
    Set<String> reads = new HashSet<>();
    try {
      collect(GraphProto.parseFrom(bytes), reads);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
    return reads;
  }

  private static void collect(GraphProto graph, Set<String> reads) {
    graph.getOutputList().forEach(output -> reads.add(output.getName()));
    for (NodeProto node : graph.getNodeList()) {
      reads.addAll(node.getInputList());
      for (AttributeProto attribute : node.getAttributeList()) {
        collect(attribute.getG(), reads);
        attribute.getGraphsList().forEach(inner -> collect(inner, reads));
      }
    }
  }

  /** Whether nothing outside these nodes knows a value. */
  boolean owns(String value) {
    return value.startsWith(prefix);
  }

  /** Why the nodes cannot be written in the place of the call, if they cannot. */
  Optional<String> obstacle() {
    return obstacle.or(() -> call.expansion().flatMap(Expansion::obstacle));
  }

  /** The number of calls that led here, this one included. */
  int depth() {
    return 1 + call.expansion().map(Expansion::depth).orElse(0);
  }

  /** Whether this call, or one around it, is a call of a function. */
  boolean isInside(Function other) {
    return function == other || call.expansion().filter(outer -> outer.isInside(other)).isPresent();
  }
}
