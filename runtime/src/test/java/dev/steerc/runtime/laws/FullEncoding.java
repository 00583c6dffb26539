package dev.steerc.runtime.laws;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.Edit;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Node;
import dev.steerc.onnx.Patch;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Carries out a patch on protobuf messages: what a splice has to equal (law 4). */
final class FullEncoding {
  private final List<Edit> edits;
  private final InlinedCalls calls;

  private FullEncoding(List<Edit> edits, ModelProto model) {
    this.edits = edits;
    this.calls = new InlinedCalls(model, edits);
  }

  static ModelProto parse(Path file) {
    try {
      return ModelProto.parseFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole model, patched. */
  static ModelProto of(ModelFile file, Patch patch) {
    ModelProto.Builder model = parse(file.path()).toBuilder();
    FullEncoding encoding = new FullEncoding(patch.edits(), model.build());
    model.setGraph(encoding.graph(file.graph(), model.getGraph()));
    for (Edit edit : patch.edits()) {
      if (edit instanceof Edit.SetIrVersion version) {
        model.setIrVersion(version.version());
      }
    }
    return model.build();
  }

  private GraphProto graph(Graph graph, GraphProto proto) {
    GraphProto.Builder patched = proto.toBuilder().clearNode();
    patched.addAllNode(nodes(proto.getNodeList(), graph.nodes(), 0));
    edits.forEach(edit -> append(graph, patched, edit));
    return patched.build();
  }

  /**
   * Nodes with their edits.
   *
   * @param depth the calls that the nodes came through
   */
  private List<NodeProto> nodes(List<NodeProto> protos, List<Node> nodes, int depth) {
    List<NodeProto> patched = new ArrayList<>();
    int next = 0;
    for (NodeProto proto : protos) {
      List<Node> inside = calls.inside(proto, nodes.subList(next, nodes.size()), depth);
      if (inside.isEmpty()) {
        patched.addAll(edited(nodes.get(next++), proto));
      } else {
        patched.addAll(call(proto, inside, depth));
        next += inside.size();
      }
    }
    return patched;
  }

  private List<NodeProto> call(NodeProto proto, List<Node> inside, int depth) {
    Node call = inside.get(0).calls().get(depth);
    if (!calls.isWrittenOut(call, inside)) {
      return calls.edited(call, proto, inside);
    }
    return nodes(calls.body(proto, inside, depth + 1), inside, depth + 1);
  }

  private List<NodeProto> edited(Node node, NodeProto proto) {
    List<NodeProto> patched = new ArrayList<>();
    for (Edit edit : edits) {
      if (edit instanceof Edit.InsertBefore before && before.node() == node) {
        patched.addAll(before.nodes());
      }
    }
    patched.add(node(node, proto));
    for (Edit edit : edits) {
      if (edit instanceof Edit.InsertAfter after && after.node() == node) {
        patched.addAll(after.nodes());
      }
    }
    return patched;
  }

  private static TensorShapeProto.Dimension declared(
      ValueInfoProto.Builder output, Edit.SetOutputSize size) {
    return output.getType().getTensorType().getShape().getDim(size.axis()).toBuilder()
        .setDimValue(size.size())
        .build();
  }

  private static void append(Graph graph, GraphProto.Builder patched, Edit edit) {
    if (edit instanceof Edit.AddInput input && input.graph() == graph) {
      patched.addInput(input.input());
    } else if (edit instanceof Edit.AddOutput output && output.graph() == graph) {
      patched.addOutput(output.output());
    } else if (edit instanceof Edit.AddValueInfo declared && declared.graph() == graph) {
      patched.addValueInfo(declared.value());
    } else if (edit instanceof Edit.AddInitializer constant && constant.graph() == graph) {
      patched.addInitializer(constant.tensor());
    } else if (edit instanceof Edit.SetOutputSize size && size.graph() == graph) {
      ValueInfoProto.Builder output = patched.getOutputBuilder(size.output());
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
    NodeProto.Builder patched = proto.toBuilder();
    for (Edit edit : edits) {
      if (edit instanceof Edit.RenameOutput rename && rename.node() == node) {
        while (patched.getOutputCount() <= rename.output()) {
          patched.addOutput("");
        }
        patched.setOutput(rename.output(), rename.name());
      } else if (edit instanceof Edit.ReplaceInput replace && replace.node() == node) {
        while (patched.getInputCount() <= replace.input()) {
          patched.addInput("");
        }
        patched.setInput(replace.input(), replace.name());
      }
    }
    for (AttributeProto.Builder attribute : patched.getAttributeBuilderList()) {
      node.attribute(attribute.getName()).ifPresent(read -> subgraphs(read, attribute));
    }
    return patched.build();
  }

  /** A node of the file keeps the graphs of an attribute in order, the single one first. */
  private void subgraphs(Attribute read, AttributeProto.Builder attribute) {
    int next = 0;
    if (attribute.hasG()) {
      attribute.setG(graph(read.graphs().get(next++), attribute.getG()));
    }
    for (int i = 0; i < attribute.getGraphsCount(); i++) {
      attribute.setGraphs(i, graph(read.graphs().get(next++), attribute.getGraphs(i)));
    }
  }
}
