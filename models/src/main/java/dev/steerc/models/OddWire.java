package dev.steerc.models;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A model in bytes that no writer gives but every reader must take: the graph in three pieces,
 * unknown fields, numbers in typed fields, a length longer than it need be, nodes in reverse.
 */
final class OddWire {
  private static final int GRAPH = 7;
  private static final int NODE = 1;
  private static final int LENGTH_DELIMITED = 2;

  private OddWire() {}

  static byte[] of(ModelProto model) {
    GraphProto graph = model.getGraph();
    List<NodeProto> nodes = reversed(graph.getNodeList());
    int half = nodes.size() / 2;
    ByteString strange = strange().toByteString();
    ByteString head = GraphProto.newBuilder().setName(graph.getName()).build().toByteString();
    ByteString first = strange.concat(head).concat(nodes(nodes.subList(0, half)));
    ByteString second = nodes(nodes.subList(half, nodes.size()));
    ByteString third = tensors(graph).concat(strange).concat(signature(graph));
    ByteString rest = model.toBuilder().clearGraph().build().toByteString();
    return field(GRAPH, first, 1)
        .concat(strange)
        .concat(field(GRAPH, second, 1))
        .concat(rest)
        .concat(field(GRAPH, third, 1))
        .toByteArray();
  }

  private static List<NodeProto> reversed(List<NodeProto> nodes) {
    var reversed = new ArrayList<NodeProto>(nodes);
    Collections.reverse(reversed);
    reversed.set(0, reversed.get(0).toBuilder().setUnknownFields(strange()).build());
    return reversed;
  }

  /** Nodes as fields of a graph, the second with a length of five bytes. */
  private static ByteString nodes(List<NodeProto> nodes) {
    ByteString out = ByteString.EMPTY;
    for (int i = 0; i < nodes.size(); i++) {
      out = out.concat(field(NODE, typed(nodes.get(i)).toByteString(), i == 1 ? 5 : 1));
    }
    return out;
  }

  private static NodeProto typed(NodeProto node) {
    NodeProto.Builder out = node.toBuilder();
    for (AttributeProto.Builder attribute : out.getAttributeBuilderList()) {
      if (attribute.hasT()) {
        attribute.setT(typed(attribute.getT()));
      }
    }
    return out.build();
  }

  private static ByteString tensors(GraphProto graph) {
    var out = GraphProto.newBuilder();
    graph.getInitializerList().forEach(tensor -> out.addInitializer(typed(tensor)));
    out.getInitializerBuilder(0).setUnknownFields(strange());
    return out.build().toByteString();
  }

  private static ByteString signature(GraphProto graph) {
    return graph.toBuilder().clearName().clearNode().clearInitializer().build().toByteString();
  }

  /** One-dimensional tensors with their numbers in typed fields, others as they are. */
  private static TensorProto typed(TensorProto tensor) {
    if (tensor.getDimsCount() != 1) {
      return tensor;
    }
    var bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    TensorProto.Builder out = tensor.toBuilder().clearRawData();
    while (bytes.hasRemaining()) {
      if (tensor.getDataType() == Tensors.FLOAT) {
        out.addFloatData(bytes.getFloat());
      } else {
        out.addInt64Data(bytes.getLong());
      }
    }
    return out.build();
  }

  private static UnknownFieldSet strange() {
    var all =
        UnknownFieldSet.Field.newBuilder()
            .addVarint(-1)
            .addFixed32(0x01020304)
            .addFixed64(0x0102030405060708L)
            .addLengthDelimited(ByteString.copyFromUtf8("kept as it is"))
            .build();
    return UnknownFieldSet.newBuilder().addField(90, all).addField(1000, all).build();
  }

  /** A length-delimited field whose length takes at least so many bytes. */
  private static ByteString field(int number, ByteString content, int lengthBytes) {
    var bytes = new ByteArrayOutputStream();
    try {
      var out = CodedOutputStream.newInstance(bytes);
      out.writeTag(number, LENGTH_DELIMITED);
      int length = content.size();
      for (int i = 1; i < lengthBytes || length > 0x7f; i++) {
        out.writeRawByte((byte) (length & 0x7f | 0x80));
        length >>>= 7;
      }
      out.writeRawByte((byte) length);
      out.writeRawBytes(content);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }
}
