package dev.steerc.residual;

import dev.steerc.onnx.Node;
import java.util.List;

/**
 * One computation in a {@link Flow}. A fused operator takes several.
 *
 * @param index its place in topological order
 * @param kind what it does to the stream
 * @param node the operator that does it
 * @param inputs the values it computes from; of a sum exactly the summands
 * @param outputs the values it yields
 */
record Step(int index, Kind kind, Node node, List<String> inputs, List<String> outputs) {

  enum Kind {
    /** Adds two activations; constants are not activations. */
    SUM,
    /** Normalises its first input. */
    NORM,
    /** Hands its first input on, perhaps in another shape or precision. */
    PASS,
    /** Reads only the shape of its input. */
    SHAPE,
    OTHER
  }

  String output() {
    return outputs.get(0);
  }

  boolean is(Kind other) {
    return kind == other;
  }

  /** Large graphs put steps into many sets, and the place alone tells them apart. */
  @Override
  public int hashCode() {
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }
}
