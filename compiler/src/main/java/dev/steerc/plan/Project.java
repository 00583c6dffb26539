package dev.steerc.plan;

import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.plan.Port.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Edits along a few directions: y = x + ((x·R + b)∘g)·W.
 *
 * <p>read R [batch or 1, hidden, rank], bias b and gain g [batch or 1, seq or 1, rank], write W
 * [batch or 1, rank, hidden], all float32. Source: every affine edit of low rank has this form;
 * LoReFT (arXiv 2404.03592) and LEACE (arXiv 2306.03819) among them.
 *
 * @param rank fixes the rank; when empty, every run may choose its own
 */
public record Project(Site site, OptionalInt rank) implements Intervention {

  @Override
  public String op() {
    return "project";
  }

  @Override
  public String text() {
    return Intervention.super.text() + (rank.isPresent() ? "@" + rank.getAsInt() : "");
  }

  @Override
  public List<Port> ports(Plan.Step at) {
    Dimension batch = Dimension.free("batch");
    Dimension seq = Dimension.free("seq");
    Dimension hidden = Dimension.fixed(at.width());
    Dimension directions =
        rank.isPresent() ? Dimension.fixed(rank.getAsInt()) : Dimension.free("rank");
    return List.of(
        new Port("read", name("read"), List.of(batch, hidden, directions), 0),
        new Port("bias", name("bias"), List.of(batch, seq, directions), 0),
        new Port("gain", name("gain"), List.of(batch, seq, directions), 1),
        new Port("write", name("write"), List.of(batch, directions, hidden), 0));
  }

  @Override
  public List<NodeProto> lower(Lowering at) {
    List<NodeProto> nodes = new ArrayList<>();
    String x = at.input();
    if (!at.isFloat32()) {
      // computed in float32, which is both more exact and fewer nodes than four casts of ports
      x = at.name("project/x");
      nodes.add(at.cast("project/cast_in", ElementType.FLOAT32, x, at.input()));
    }
    String read = at.name("project/read_out");
    String biased = at.name("project/biased");
    String gained = at.name("project/gained");
    String change = at.name("project/change");
    nodes.add(at.node("project/read", "MatMul", read, x, name("read")));
    nodes.add(at.node("project/bias", "Add", biased, read, name("bias")));
    nodes.add(at.node("project/gain", "Mul", gained, biased, name("gain")));
    nodes.add(at.node("project/write", "MatMul", change, gained, name("write")));
    if (!at.isFloat32()) {
      String wide = change;
      change = at.name("project/change_cast");
      nodes.add(at.cast("project/cast_out", at.type(), change, wide));
    }
    nodes.addAll(at.sum("project", change, true));
    return nodes;
  }

  private String name(String port) {
    return "steer." + site.path() + "." + port;
  }
}
