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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Carries out a patch on protobuf messages: what a splice has to equal (law 4). */
final class FullEncoding {
  private final List<Edit> edits;

  private FullEncoding(List<Edit> edits) {
    this.edits = edits;
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
    FullEncoding encoding = new FullEncoding(patch.edits());
    ModelProto.Builder model = parse(file.path()).toBuilder();
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
    for (int i = 0; i < proto.getNodeCount(); i++) {
      Node node = graph.nodes().get(i);
      for (Edit edit : edits) {
        if (edit instanceof Edit.InsertBefore before && before.node() == node) {
          patched.addAllNode(before.nodes());
        }
      }
      patched.addNode(node(node, proto.getNode(i)));
      for (Edit edit : edits) {
        if (edit instanceof Edit.InsertAfter after && after.node() == node) {
          patched.addAllNode(after.nodes());
        }
      }
    }
    edits.forEach(edit -> append(graph, patched, edit));
    return patched.build();
  }

  private static void append(Graph graph, GraphProto.Builder patched, Edit edit) {
    if (edit instanceof Edit.AddInput input && input.graph() == graph) {
      patched.addInput(input.input());
    } else if (edit instanceof Edit.AddOutput output && output.graph() == graph) {
      patched.addOutput(output.output());
    } else if (edit instanceof Edit.AddInitializer constant && constant.graph() == graph) {
      patched.addInitializer(constant.tensor());
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
