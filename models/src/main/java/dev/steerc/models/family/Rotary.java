package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.Tensors;
import dev.steerc.models.Weight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** How queries and keys are rotated. */
final class Rotary {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Positions how;
  private final Mask mask;
  private final Map<Double, Turn> turns = new HashMap<>();

  /** Cosine and sine, [batch, 1, sequence, rotated width]. */
  private record Turn(String cos, String sin) {}

  Rotary(Nodes nodes, Architecture architecture, Mask mask) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.architecture = architecture;
    this.how = architecture.positions();
    this.mask = mask;
  }

  /** Queries or keys [batch, heads, sequence, head width], rotated where the decoder does so. */
  String of(int block, String x) {
    if (how.width() == 0) {
      return x;
    }
    Turn turn = turns.computeIfAbsent(architecture.base(block), this::turn);
    graph.enter(Nodes.scope(Parameters.layer(block, "self_attn")));
    int width = architecture.shape().headWidth();
    if (how.width() == width) {
      return turned(x, turn);
    }
    String rest = nodes.columns(x, how.width(), width);
    return nodes.concat(-1, turned(nodes.columns(x, 0, how.width()), turn), rest);
  }

  private String turned(String x, Turn turn) {
    String other = how.interleaved() ? swappedPairs(x) : swappedHalves(x);
    return nodes.add(nodes.mul(x, turn.cos()), nodes.mul(other, turn.sin()));
  }

  private String swappedHalves(String x) {
    String left = nodes.columns(x, 0, how.width() / 2);
    String right = nodes.columns(x, how.width() / 2, how.width());
    return nodes.concat(-1, nodes.op("Neg", right), left);
  }

  private String swappedPairs(String x) {
    String even = nodes.everySecond(x, 0);
    String odd = nodes.op("Neg", nodes.everySecond(x, 1));
    return paired(odd, even);
  }

  /** The columns of two values by turns. */
  private String paired(String x, String y) {
    String pairs = nodes.concat(-1, graph.unsqueeze(x, -1), graph.unsqueeze(y, -1));
    return nodes.reshaped(pairs, 0, 0, 0, how.width());
  }

  private Turn turn(double base) {
    graph.enter("/model/rotary_emb");
    String angle = graph.unsqueeze(angles(base), 1);
    String both = how.interleaved() ? paired(angle, angle) : nodes.concat(-1, angle, angle);
    return new Turn(nodes.op("Cos", both), nodes.op("Sin", both));
  }

  /** [batch, sequence, half of the rotated width]. */
  private String angles(double base) {
    int half = how.width() / 2;
    var rates = new float[half];
    for (int pair = 0; pair < half; pair++) {
      rates[pair] = (float) rate(base, pair);
    }
    String rate = graph.constant(Tensors.floats(Tensors.FLOAT, List.of(1, half, 1), rates));
    String places = nodes.toFloat(graph.unsqueeze(mask.positions(), 1));
    return graph.transpose(nodes.matmul(rate, places), 0, 2, 1);
  }

  private double rate(double base, int pair) {
    return Math.pow(base, -2.0 * pair / how.width());
  }

  /** Tables of cosine and sine for all positions, as fused operators read them. */
  List<String> tables(double base) {
    return List.of(table("cos_cache", base, Math::cos), table("sin_cache", base, Math::sin));
  }

  private String table(String name, double base, DoubleUnaryOperator f) {
    int half = how.width() / 2;
    var values = new float[Positions.ROWS * half];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) f.applyAsDouble(i / half * rate(base, i % half));
    }
    return graph.weight(name, Weight.given(values, Positions.ROWS, half));
  }

  /** ONNX's or ORT's operator, on [batch, heads, sequence, head width]. */
  String operator(int block, String x) {
    List<String> tables = tables(architecture.base(block));
    graph.enter(Nodes.scope(Parameters.layer(block, "self_attn")));
    return nodes.op(
        "RotaryEmbedding",
        List.of(x, tables.get(0), tables.get(1), mask.positions()),
        Attributes.integer("interleaved", how.interleaved() ? 1 : 0));
  }
}
