package dev.steerc.plan;

import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.plan.Port.Dimension;
import java.util.List;

/**
 * Makes the bias that a branch ends in an input, which carries bias + v: y = x + v, and no node is
 * added. v is the same for every row and token of a run.
 *
 * <p>The port is float32 [hidden]; its default is the model's own bias. It acts ahead of all that
 * is done at its site.
 */
public record Bias(Site site) implements Intervention {

  @Override
  public String op() {
    return "bias";
  }

  /** The name of the graph input. A projection at the same site has a {@code bias} of its own. */
  public String input() {
    return "steer." + site.path() + ".branch_bias";
  }

  @Override
  public List<Port> ports(Plan.Step at) {
    return List.of(
        new Port("branch_bias", input(), List.of(Dimension.fixed(at.width())), at.bias()));
  }

  @Override
  public boolean worksOnSummands() {
    return true;
  }

  @Override
  public List<NodeProto> lower(Lowering at) {
    throw new IllegalStateException("a bias adds no node");
  }
}
