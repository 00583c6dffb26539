package dev.steerc.onnx;

import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A patch applied the slow way: to the whole message, by builders. */
final class Reencoded {
  private final List<Edit> edits;

  private Reencoded(List<Edit> edits) {
    this.edits = edits;
  }

  static ModelProto of(ModelFile file, ModelProto model, Patch patch) {
    Reencoded slow = new Reencoded(patch.edits());
    ModelProto.Builder builder =
        model.toBuilder().setGraph(slow.graph(file.graph(), model.getGraph()));
    for (Edit edit : slow.edits) {
      if (edit instanceof Edit.SetIrVersion set) {
        builder.setIrVersion(set.version());
      }
    }
    return builder.build();
  }

  private GraphProto graph(Graph graph, GraphProto proto) {
    GraphProto.Builder builder = proto.toBuilder().clearNode();
    Map<Integer, List<NodeProto>> inserted = insertions(graph);
    for (int i = 0; i < proto.getNodeCount(); i++) {
      Node node = graph.nodes().get(i);
      int start = node.place().field().start();
      inserted.entrySet().stream()
          .filter(e -> e.getKey() <= start)
          .forEach(e -> builder.addAllNode(e.getValue()));
      inserted.keySet().removeIf(at -> at <= start);
      builder.addNode(node(node, proto.getNode(i)));
    }
    inserted.values().forEach(builder::addAllNode);
    edits.forEach(edit -> append(graph, builder, edit));
    return builder.build();
  }

  /** New nodes by the byte where they go, in the patch's order. */
  private Map<Integer, List<NodeProto>> insertions(Graph graph) {
    Map<Integer, List<NodeProto>> at = new TreeMap<>();
    for (Edit edit : edits) {
      if (edit instanceof Edit.InsertBefore before && graph.nodes().contains(before.node())) {
        at.computeIfAbsent(before.node().place().field().start(), k -> new ArrayList<>())
            .addAll(before.nodes());
      } else if (edit instanceof Edit.InsertAfter after && graph.nodes().contains(after.node())) {
        at.computeIfAbsent(after.node().place().field().end(), k -> new ArrayList<>())
            .addAll(after.nodes());
      }
    }
    return at;
  }

  private static TensorShapeProto.Dimension declared(
      ValueInfoProto.Builder output, Edit.SetOutputSize size) {
    return output.getType().getTensorType().getShape().getDim(size.axis()).toBuilder()
        .setDimValue(size.size())
        .build();
  }

  private static void append(Graph graph, GraphProto.Builder builder, Edit edit) {
    if (edit instanceof Edit.AddInput add && add.graph() == graph) {
      builder.addInput(add.input());
    } else if (edit instanceof Edit.AddOutput add && add.graph() == graph) {
      builder.addOutput(add.output());
    } else if (edit instanceof Edit.AddValueInfo add && add.graph() == graph) {
      builder.addValueInfo(add.value());
    } else if (edit instanceof Edit.AddInitializer add && add.graph() == graph) {
      builder.addInitializer(add.tensor());
    } else if (edit instanceof Edit.SetOutputSize size && size.graph() == graph) {
      ValueInfoProto.Builder output = builder.getOutputBuilder(size.output());
      if (size.axis() < output.getType().getTensorType().getShape().getDimCount()) {
        output
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder()
            .setDim(size.axis(), declared(output, size));
      }
    }
  }

  private NodeProto node(Node node, NodeProto proto) {
    NodeProto.Builder builder = proto.toBuilder();
    List<String> inputs = new ArrayList<>(proto.getInputList());
    List<String> outputs = new ArrayList<>(proto.getOutputList());
    for (Edit edit : edits) {
      if (edit instanceof Edit.RenameOutput rename && rename.node() == node) {
        set(outputs, rename.output(), rename.name());
      } else if (edit instanceof Edit.ReplaceInput replace && replace.node() == node) {
        set(inputs, replace.input(), replace.name());
      }
    }
    for (int i = 0; i < proto.getAttributeCount(); i++) {
      builder.setAttribute(i, attribute(node, proto.getAttribute(i)));
    }
    return builder.clearInput().addAllInput(inputs).clearOutput().addAllOutput(outputs).build();
  }

  private AttributeProto attribute(Node node, AttributeProto proto) {
    List<Graph> graphs = node.attribute(proto.getName()).orElseThrow().graphs();
    AttributeProto.Builder builder = proto.toBuilder();
    for (int i = 0; i < proto.getGraphsCount(); i++) {
      builder.setGraphs(i, graph(graphs.get(i), proto.getGraphs(i)));
    }
    if (proto.hasG()) {
      builder.setG(graph(graphs.get(proto.getGraphsCount()), proto.getG()));
    }
    return builder.build();
  }

  private static void set(List<String> names, int index, String name) {
    while (names.size() <= index) {
      names.add("");
    }
    names.set(index, name);
  }
}
