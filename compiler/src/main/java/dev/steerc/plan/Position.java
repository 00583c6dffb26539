package dev.steerc.plan;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.residual.Cut;
import dev.steerc.residual.Padding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The nodes that take the last position of each row out of a value [batch, seq, width].
 *
 * @param output the value [batch, 1, width]
 */
record Position(List<NodeProto> nodes, String output) {
  private static final String PREFIX = "steerc/last_logits";
  private static final int INT = 2;
  private static final int TENSOR = 4;
  private static final int INT64 = 7;

  /** The first opset in which a gather goes row by row, and a maximum may be the last one. */
  private static final long BY_ROW = 12;

  static Position of(Cut cut, Padding padding, long opset) {
    Nodes nodes = new Nodes(new ArrayList<>());
    if (padding.mask().isEmpty()) {
      String last = nodes.constant("end", -1);
      String gathered = nodes.add("Gather", "value", List.of(cut.value(), last), "axis", 1);
      return new Position(nodes.list(), gathered);
    }
    String index = nodes.last(cut, padding, opset);
    String value = opset >= BY_ROW ? nodes.byRow(cut, index) : nodes.byElement(cut, index);
    return new Position(nodes.list(), value);
  }

  /** Nodes as they come. */
  private record Nodes(List<NodeProto> list) {

    /**
     * The place [batch, 1] of each row's last token among those of the run: the last 1 of the mask,
     * and where there is none any place.
     */
    String last(Cut cut, Padding padding, long opset) {
      String shape = add("Shape", "shape", List.of(cut.value()));
      String one = constant("one", 1);
      String count = add("Gather", "count", List.of(shape, one));
      String from = add("Neg", "from", List.of(count));
      String end = constant("open", Long.MAX_VALUE);
      String own = add("Slice", "mask", List.of(padding.mask(), from, end, one));
      String tokens = converted(own, padding.type());
      if (opset >= BY_ROW) {
        return add("ArgMax", "last", List.of(tokens), "axis", 1, "select_last_index", 1);
      }
      String axis = constant("axis", 1);
      String sums = add("CumSum", "sums", List.of(tokens, axis));
      return add("ArgMax", "last", List.of(sums), "axis", 1);
    }

    /** ONNX Runtime finds the largest of 32 bits only. */
    private String converted(String mask, ElementType type) {
      ElementType to = type.isFloat() ? ElementType.FLOAT32 : ElementType.INT32;
      return type == to ? mask : add("Cast", "tokens", List.of(mask), "to", to.number());
    }

    String byRow(Cut cut, String index) {
      String gathered = add("GatherND", "gathered", List.of(cut.value(), index), "batch_dims", 1);
      return add("Reshape", "value", List.of(gathered, constant("whole", 0, 1, -1)));
    }

    String byElement(Cut cut, String index) {
      String whole = add("Reshape", "whole_index", List.of(index, constant("each", -1, 1, 1)));
      String width = add("Gather", "width", List.of(PREFIX + "/shape", constant("third", 2)));
      String shape = add("Concat", "wide_shape", List.of(constant("ones", 1, 1), width), "axis", 0);
      String wide = add("Expand", "wide", List.of(whole, shape));
      return add("GatherElements", "value", List.of(cut.value(), wide), "axis", 1);
    }

    private String add(String op, String part, List<String> inputs, Object... attributes) {
      String name = PREFIX + "/" + part;
      NodeProto.Builder node =
          NodeProto.newBuilder().setOpType(op).setName(name).addAllInput(inputs).addOutput(name);
      for (int at = 0; at < attributes.length; at += 2) {
        node.addAttribute(
            AttributeProto.newBuilder()
                .setName((String) attributes[at])
                .setType(INT)
                .setI(((Number) attributes[at + 1]).longValue()));
      }
      list.add(node.build());
      return name;
    }

    private String constant(String part, long... values) {
      String name = PREFIX + "/" + part;
      ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      Arrays.stream(values).forEach(raw::putLong);
      TensorProto tensor =
          TensorProto.newBuilder()
              .setDataType(INT64)
              .addDims(values.length)
              .setRawData(ByteString.copyFrom(raw.flip()))
              .build();
      list.add(
          NodeProto.newBuilder()
              .setOpType("Constant")
              .setName(name)
              .addOutput(name)
              .addAttribute(
                  AttributeProto.newBuilder().setName("value").setType(TENSOR).setT(tensor))
              .build());
      return name;
    }
  }
}
