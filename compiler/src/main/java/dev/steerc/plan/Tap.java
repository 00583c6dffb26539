package dev.steerc.plan;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.NodeProto;
import java.util.List;

/** Makes the value an output of the model, as float32 [batch, seq, hidden]. */
public record Tap(Site site) implements Intervention {

  @Override
  public String op() {
    return "tap";
  }

  /** The name of the graph output. */
  public String output() {
    return "tap." + site.path();
  }

  @Override
  public List<Port> ports(Plan.Step at) {
    return List.of();
  }

  @Override
  public boolean edits() {
    return false;
  }

  @Override
  public List<NodeProto> lower(Lowering at) {
    return List.of(
        at.isFloat32()
            ? at.node("tap", "Identity", output(), at.input())
            : at.cast("tap", ElementType.FLOAT32, output(), at.input()));
  }
}
