package dev.steerc.plan;

import dev.steerc.onnx.proto.NodeProto;
import java.util.List;

/** What to do to the residual stream at one site. */
public sealed interface Intervention permits AddVector, Bias, Project, Tap {

  Site site();

  /** The operation's word in the command line, the manifest and the log. */
  String op();

  /** The inputs that it adds to the model. */
  List<Port> ports(Plan.Step at);

  /** Whether adding to a summand of the value does the same as adding to the value. */
  default boolean worksOnSummands() {
    return false;
  }

  /** Whether the stream goes on changed. */
  default boolean edits() {
    return true;
  }

  /** The nodes that read {@code at.input()} and, if it edits, yield {@code at.output()}. */
  List<NodeProto> lower(Lowering at);

  /** How the command line writes it, such as {@code 6.resid_post:add}. */
  default String text() {
    return site().text() + ":" + op();
  }
}
