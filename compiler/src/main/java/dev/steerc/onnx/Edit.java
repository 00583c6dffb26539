package dev.steerc.onnx;

import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.List;

/** One change to a model, in graph terms. */
public sealed interface Edit {

  /** A change at a node. */
  sealed interface OfNode extends Edit {
    Node node();
  }

  /** A change of what a graph declares. */
  sealed interface OfGraph extends Edit {
    Graph graph();
  }

  /** Gives an output of a node another name; an output that was absent becomes present. */
  record RenameOutput(Node node, int output, String name) implements OfNode {}

  /** Makes a node read another value; the empty name makes an optional input absent. */
  record ReplaceInput(Node node, int input, String name) implements OfNode {}

  /** Puts nodes right before a node, in its graph. */
  record InsertBefore(Node node, List<NodeProto> nodes) implements OfNode {}

  /** Puts nodes right behind a node, in its graph. */
  record InsertAfter(Node node, List<NodeProto> nodes) implements OfNode {}

  /** Declares one more input of a graph, after those that it has. */
  record AddInput(Graph graph, ValueInfoProto input) implements OfGraph {}

  /** Declares one more output of a graph, after those that it has. */
  record AddOutput(Graph graph, ValueInfoProto output) implements OfGraph {}

  /** Declares the shape of a value of a graph that is neither an input nor an output. */
  record AddValueInfo(Graph graph, ValueInfoProto value) implements OfGraph {}

  /** Adds a constant to a graph; with an input of the same name it is that input's default. */
  record AddInitializer(Graph graph, TensorProto tensor) implements OfGraph {}

  /** Makes a tensor's data a place in a file, instead of what the tensor has. */
  record ReferData(Tensor tensor, Tensor.External to) implements Edit {}

  /**
   * Declares the size of one dimension of an output that a graph has. An output without a declared
   * shape stays without.
   *
   * @param output its place among the graph's outputs
   * @param axis the dimension
   */
  record SetOutputSize(Graph graph, int output, int axis, long size) implements OfGraph {}

  /** Raises the model's IR version. */
  record SetIrVersion(long version) implements Edit {}
}
