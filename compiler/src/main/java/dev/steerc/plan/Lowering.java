package dev.steerc.plan;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.residual.Place.FusedNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an intervention puts its nodes.
 *
 * @param prefix what the names of its nodes and values begin with
 * @param input the value to read
 * @param carrier the value to add to: the input, or the part of it that goes on in the graph
 * @param output the value to yield, in place of the carrier
 * @param type the precision of both
 * @param renorm the norm to compute along with the output, if one has to be
 */
record Lowering(
    String prefix,
    String input,
    String carrier,
    String output,
    ElementType type,
    Optional<Renorm> renorm) {
  private static final int INT = 2;
  private static final int FLOAT = 1;

  /**
   * A norm that a fused operator computed of the unsteered value.
   *
   * @param raw what the operator's own norm is called now
   * @param output the name of the normalised value
   */
  record Renorm(FusedNorm norm, String raw, String output) {}

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

  /**
   * The nodes that end an edit: output = carrier + change, and its norm where that is due.
   *
   * @param change as wide as the carrier; its other dimensions may be 1
   * @param whole whether no dimension of it is
   */
  List<NodeProto> sum(String part, String change, boolean whole) {
    if (renorm.isEmpty()) {
      return List.of(node(part, "Add", output, carrier, change));
    }
    List<NodeProto> nodes = new ArrayList<>();
    String all = change;
    if (!whole) {
      String shape = name(part + "/shape");
      all = name(part + "/expanded");
      nodes.add(node(part + "/shape", "Shape", shape, carrier));
      nodes.add(node(part + "/expand", "Expand", all, change, shape));
    }
    nodes.addAll(normed(part, all, renorm.get()));
    return nodes;
  }

  private List<NodeProto> normed(String part, String change, Renorm due) {
    if (!due.norm().embeds()) {
      return List.of(skipNorm(part, change, due.norm(), due.output(), output));
    }
    // no other operator rounds as an embedding's norm does, so the change of the norm is added to
    // it
    String zero = name(part + "/zero");
    String steered = name(part + "/norm_steered");
    String plain = name(part + "/norm_plain");
    String moved = name(part + "/norm_change");
    return List.of(
        skipNorm(part, change, due.norm(), steered, output),
        node(part + "/zero", "Sub", zero, change, change),
        skipNorm(part + "/norm_plain", zero, due.norm(), plain, ""),
        node(part + "/norm_change", "Sub", moved, steered, plain),
        node(part + "/norm", "Add", due.output(), due.raw(), moved));
  }

  /** The operator that sums and normalises: the kernel that computed the original norm. */
  private NodeProto skipNorm(
      String part, String change, FusedNorm norm, String normed, String sum) {
    AttributeProto epsilon =
        AttributeProto.newBuilder().setName("epsilon").setType(FLOAT).setF(norm.epsilon()).build();
    String op = norm.simplified() ? "SkipSimplifiedLayerNormalization" : "SkipLayerNormalization";
    NodeProto.Builder node = node(part, op, normed, carrier, change, norm.scale()).toBuilder();
    if (!norm.shift().isEmpty()) {
      node.addInput(norm.shift());
    }
    if (!sum.isEmpty()) {
      node.addOutput("").addOutput("").addOutput(sum);
    }
    return node.setDomain("com.microsoft").addAttribute(epsilon).build();
  }
}
