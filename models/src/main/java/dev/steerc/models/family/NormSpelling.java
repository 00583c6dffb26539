package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.Tensors;
import dev.steerc.models.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How norms are spelled, with the stream that they read or alone. */
final class NormSpelling {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Spelling spelling;
  private final Norm kind;

  /**
   * A value and its norm.
   *
   * @param stream the value in the form that later nodes read
   */
  record Normed(String stream, String normed) {}

  NormSpelling(Nodes nodes, Spelling spelling, Norm kind) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.spelling = spelling;
    this.kind = kind;
  }

  Normed of(String x, Parameters.Scaling scaling) {
    graph.enter(Nodes.scope(scaling.path()));
    boolean decomposed = spelling.norm() == NormOp.DECOMPOSED || spelling.norm() == NormOp.CAST;
    if (!decomposed) {
      return new Normed(x, operator(x, scaling));
    }
    boolean cast = spelling.norm() == NormOp.CAST;
    String single = cast ? nodes.toFloat(x) : x;
    String whole = kind.isCentred() ? layer(single) : rms(single);
    // Gemma scales before it casts back, LLaMA after.
    boolean early = kind.isPlusOne();
    String scaled = early ? scaled(whole, scaling) : whole;
    String back = cast ? nodes.toFloat(scaled) : scaled;
    return new Normed(single, early ? back : scaled(back, scaling));
  }

  private String operator(String x, Parameters.Scaling scaling) {
    var inputs = new ArrayList<>(List.of(x, gain(scaling)));
    if (scaling.shift() != null) {
      inputs.add(graph.weight(scaling.path() + ".bias", scaling.shift()));
    }
    return nodes.op(
        operator(),
        inputs,
        Attributes.integer("axis", -1),
        Attributes.number("epsilon", Norm.EPSILON));
  }

  private String operator() {
    if (kind.isCentred()) {
      return "LayerNormalization";
    }
    return graph.dialect().opset() >= 23 ? "RMSNormalization" : "SimplifiedLayerNormalization";
  }

  /**
   * The norm of a sum, in one operator.
   *
   * @param sum whether the sum is read elsewhere, too
   */
  Normed ofSum(String stream, String branch, Parameters.Scaling scaling, boolean sum) {
    graph.enter(Nodes.scope(scaling.path()));
    var inputs = new ArrayList<>(List.of(stream, branch, gain(scaling)));
    if (scaling.shift() != null) {
      inputs.add(graph.weight(scaling.path() + ".bias", scaling.shift()));
    }
    List<String> outputs =
        graph.named(
            sum ? List.of(GraphBuilder.OWN, "", "", GraphBuilder.OWN) : List.of(GraphBuilder.OWN),
            kind.isCentred() ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization",
            inputs,
            Attributes.number("epsilon", Norm.EPSILON));
    return new Normed(sum ? outputs.get(3) : null, outputs.get(0));
  }

  private String layer(String x) {
    String centred = nodes.op("Sub", x, nodes.reduced("ReduceMean", x));
    String square = nodes.op("Pow", centred, graph.number(2));
    String variance = nodes.reduced("ReduceMean", square);
    String safe = nodes.add(variance, graph.number(Norm.EPSILON));
    return nodes.op("Div", centred, nodes.op("Sqrt", safe));
  }

  private String rms(String x) {
    String square = nodes.op("Pow", x, graph.number(2));
    String mean = nodes.reduced("ReduceMean", square);
    String root = nodes.op("Sqrt", nodes.add(mean, graph.number(Norm.EPSILON)));
    return nodes.mul(x, nodes.op("Div", graph.number(1), root));
  }

  private String scaled(String x, Parameters.Scaling scaling) {
    if (scaling.gain() == null) {
      return x;
    }
    String y = kind.isPlusOne() ? nodes.mul(x, gain(scaling)) : nodes.mul(gain(scaling), x);
    return scaling.shift() == null
        ? y
        : nodes.add(y, graph.weight(scaling.path() + ".bias", scaling.shift()));
  }

  /** The gain, which is a constant of ones where nothing was learned. */
  private String gain(Parameters.Scaling scaling) {
    if (scaling.gain() == null) {
      var ones = new float[Shape.TINY.hidden()];
      Arrays.fill(ones, 1);
      return graph.constant(Tensors.floats(Tensors.FLOAT, List.of(ones.length), ones));
    }
    String name = scaling.path() + ".weight";
    if (!kind.isPlusOne()) {
      return graph.weight(name, scaling.gain());
    }
    return spelling.has(Quirk.COMPUTED_GAIN)
        ? nodes.add(graph.weight(name, scaling.gain()), graph.number(1))
        : graph.weight(name, plusOne(scaling.gain()));
  }

  private static Weight plusOne(Weight weight) {
    float[] values = weight.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += 1;
    }
    return Weight.given(values, weight.dims().toArray(Integer[]::new));
  }
}
