package dev.steerc.plan;

import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.plan.Port.Dimension;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds a vector: y = x + v.
 *
 * <p>v is float32 [batch or 1, seq or 1, hidden]. Source: activation addition, arXiv 2308.10248.
 */
public record AddVector(Site site) implements Intervention {

  @Override
  public String op() {
    return "add";
  }

  @Override
  public List<Port> ports(Plan.Step at) {
    List<Dimension> dims =
        List.of(Dimension.free("batch"), Dimension.free("seq"), Dimension.fixed(at.width()));
    return List.of(new Port("add", name(), dims, 0));
  }

  @Override
  public boolean worksOnSummands() {
    return true;
  }

  @Override
  public List<NodeProto> lower(Lowering at) {
    List<NodeProto> nodes = new ArrayList<>();
    String vector = name();
    if (!at.isFloat32()) {
      vector = at.name("add/vector");
      nodes.add(at.cast("add/cast", at.type(), vector, name()));
    }
    nodes.addAll(at.sum("add", vector, false));
    return nodes;
  }

  private String name() {
    return "steer." + site.path() + ".add";
  }
}
