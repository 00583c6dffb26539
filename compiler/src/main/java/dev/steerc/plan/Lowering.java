package dev.steerc.plan;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.List;

/**
 * Where an intervention puts its nodes.
 *
 * @param prefix what the names of its nodes and values begin with
 * @param input the value to read
 * @param output the value to yield
 * @param type the precision of both
 */
record Lowering(String prefix, String input, String output, ElementType type) {
  private static final int INT = 2;
  private static final int FLOAT = 1;

  boolean isFloat32() {
    return type == ElementType.FLOAT32;
  }

  /** The name of a value or node inside the intervention. */
  String name(String part) {
    return prefix + "/" + part;
  }

  NodeProto node(String part, String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setName(name(part))
        .setOpType(op)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  NodeProto cast(String part, ElementType to, String output, String input) {
    AttributeProto attribute =
        AttributeProto.newBuilder().setName("to").setType(INT).setI(to.number()).build();
    return node(part, "Cast", output, input).toBuilder().addAttribute(attribute).build();
  }

  /** A norm of {@code input}, as the operator that held it would compute it. */
  NodeProto norm(String output, dev.steerc.residual.Place.FusedNorm norm) {
    AttributeProto axis = AttributeProto.newBuilder().setName("axis").setType(INT).setI(-1).build();
    AttributeProto epsilon =
        AttributeProto.newBuilder().setName("epsilon").setType(FLOAT).setF(norm.epsilon()).build();
    String op = norm.simplified() ? "SimplifiedLayerNormalization" : "LayerNormalization";
    List<String> inputs = new ArrayList<>(List.of(input, norm.scale()));
    if (!norm.shift().isEmpty()) {
      inputs.add(norm.shift());
    }
    return node("norm", op, output, inputs.toArray(String[]::new)).toBuilder()
        .addAttribute(axis)
        .addAttribute(epsilon)
        .build();
  }
}
