package dev.steerc.models;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;

/** A decoder whose blocks are the runs of one Loop, each with its slice of stacked weights. */
final class LoopedBlocks {
  private static final String FIRST = "h.0.";

  private final GraphProto flat;
  private final int blocks;
  private final GraphProto.Builder outer = GraphProto.newBuilder();
  private final GraphProto.Builder body = GraphProto.newBuilder().setName("block");

  private LoopedBlocks(GraphProto flat, int blocks) {
    this.flat = flat;
    this.blocks = blocks;
  }

  static ModelProto model(Gpt2 model, Dialect dialect) {
    ModelProto flat = Gpt2Graph.model(model, dialect);
    GraphProto.Builder graph =
        new LoopedBlocks(flat.getGraph(), model.config().blocks()).looped(model.config().hidden());
    return flat.toBuilder().setGraph(graph).build();
  }

  private GraphProto.Builder looped(int hidden) {
    flat.getInitializerList().forEach(this::weight);
    List<NodeProto> before = new ArrayList<>();
    List<NodeProto> after = new ArrayList<>();
    for (NodeProto node : flat.getNodeList()) {
      if (node.getName().startsWith("/h.0/")) {
        body.addNode(node);
      } else if (!node.getName().startsWith("/h.")) {
        (after.isEmpty() && !node.getName().startsWith("/ln_f") ? before : after).add(node);
      }
    }
    String embedding = input(body.getNodeList(), "/h.0/Add_output_0");
    finishBody(embedding, hidden);
    String last = "/h.%d/Add_1_output_0".formatted(blocks - 1);
    outer.setName(flat.getName()).addAllNode(before).addNode(loop(embedding, last));
    constants();
    return outer
        .addAllNode(after)
        .addAllInput(flat.getInputList())
        .addAllOutput(flat.getOutputList());
  }

  /** A weight of a block becomes a slice of all blocks' weights. */
  private void weight(TensorProto tensor) {
    String name = tensor.getName();
    if (!name.startsWith("h.")) {
      outer.addInitializer(tensor);
    } else if (name.startsWith(FIRST)) {
      outer.addInitializer(stacked(tensor));
      body.addNode(
          NodeProto.newBuilder()
              .setName("/slice/" + name)
              .setOpType("Gather")
              .addInput(stackedName(name))
              .addInput("iteration")
              .addOutput(name));
    }
  }

  private static String stackedName(String name) {
    return name.replace(FIRST, "h.");
  }

  private TensorProto stacked(TensorProto first) {
    TensorProto.Builder all = first.toBuilder().setName(stackedName(first.getName()));
    all.clearDims().addDims(blocks).addAllDims(first.getDimsList());
    for (int block = 1; block < blocks; block++) {
      String name = first.getName().replace(FIRST, "h.%d.".formatted(block));
      TensorProto next =
          flat.getInitializerList().stream()
              .filter(tensor -> tensor.getName().equals(name))
              .findFirst()
              .orElseThrow();
      all.setRawData(all.getRawData().concat(next.getRawData()));
    }
    return all.build();
  }

  /** The stream that a sum continues, here its second operand. */
  private static String input(List<NodeProto> nodes, String sum) {
    return nodes.stream()
        .filter(node -> node.getOutput(0).equals(sum))
        .map(node -> node.getInput(1))
        .findFirst()
        .orElseThrow();
  }

  private void finishBody(String embedding, int hidden) {
    List<NodeProto> nodes = List.copyOf(body.getNodeList());
    body.clearNode();
    nodes.forEach(node -> body.addNode(Refused.renamed(node, embedding, "stream")));
    body.addNode(
        NodeProto.newBuilder()
            .setName("/same")
            .setOpType("Identity")
            .addInput("going")
            .addOutput("still_going"));
    ValueInfoProto stream = Sketch.state("stream", hidden);
    body.addInput(Signature.value("iteration", Tensors.INT64));
    body.addInput(Signature.value("going", Tensors.BOOL));
    body.addInput(stream);
    body.addOutput(Signature.value("still_going", Tensors.BOOL));
    body.addOutput(stream.toBuilder().setName("/h.0/Add_1_output_0"));
  }

  private NodeProto loop(String embedding, String last) {
    AttributeProto graph = Attributes.graph("body", body.build());
    return NodeProto.newBuilder()
        .setName("/blocks")
        .setOpType("Loop")
        .addAllInput(List.of("block_count", "always", embedding))
        .addOutput(last)
        .addAttribute(graph)
        .build();
  }

  private void constants() {
    TensorProto count = Tensors.longs(List.of(), blocks);
    outer.addInitializer(count.toBuilder().setName("block_count"));
    TensorProto always = Tensors.raw(Tensors.BOOL, List.of(), (byte) 1);
    outer.addInitializer(always.toBuilder().setName("always"));
  }
}
