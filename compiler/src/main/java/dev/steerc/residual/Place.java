package dev.steerc.residual;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.Graph;
import dev.steerc.onnx.Node;
import java.util.List;
import java.util.Optional;

/** Where a value can be read and edited in a graph. */
public sealed interface Place {

  /** The graph that holds it. */
  Graph graph();

  /** The tensor's name; one that is made up ends in {@code #sum} or {@code #biased}. */
  String value();

  /** The precision that it is computed in. */
  ElementType type();

  /** How to give it three dimensions, when it is [batch·seq, hidden]. */
  Optional<Flat> flat();

  /** Its dimensions as the graph's inputs name them; empty where they are not known. */
  List<Dim> dims();

  /**
   * A value without a dimension for the batch.
   *
   * @param like a value of the graph whose first two dimensions are batch and seq
   * @param whole whether that has the third dimension as well
   * @param width the last dimension
   */
  record Flat(String like, boolean whole, long width) {}

  /**
   * What a branch adds to the stream: one operand of a sum. An edit of it is an edit of that
   * operand alone.
   *
   * @param sum the node that adds it up
   * @param input the operand's position
   * @param addAt the operand to add to: the same sum, and what ONNX Runtime fuses stays fused
   * @param bias the position of a bias that the same node adds, so that the branch's true output is
   *     no tensor of the graph; -1 when there is none
   * @param own the bias that the branch ends in, in the same node or before
   */
  record Branch(
      Graph graph,
      String value,
      ElementType type,
      Optional<Flat> flat,
      Node sum,
      int input,
      int addAt,
      List<Dim> dims,
      int bias,
      BranchBias own)
      implements Place {

    public boolean isBiased() {
      return bias >= 0;
    }
  }

  /**
   * A value of the stream itself: an output of a node.
   *
   * @param branch an operand of the sum that yields it; adding there is the same as adding here,
   *     and keeps what ONNX Runtime fuses
   * @param norm the norm in the same operator, which reads the value without it being a tensor
   */
  record Output(
      Graph graph,
      String value,
      ElementType type,
      Optional<Flat> flat,
      Node node,
      int output,
      List<Dim> dims,
      Optional<Branch> branch,
      Optional<FusedNorm> norm)
      implements Place {}

  /**
   * A norm inside an operator that also computes the sum it normalises.
   *
   * @param output the position of the normalised output
   * @param scale the name of the scale
   * @param shift the name of the shift, empty when it has none
   * @param epsilon what it adds to the variance
   * @param simplified whether it divides by the root mean square and does not centre
   * @param embeds whether the operator also gathers embeddings, and so rounds in its own way
   */
  record FusedNorm(
      int output, String scale, String shift, float epsilon, boolean simplified, boolean embeds) {}
}
