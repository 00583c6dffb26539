package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.Tensors;
import java.util.List;

/** How an MLP is spelled, or a mixture of experts. */
final class MlpSpelling {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Parameters parameters;
  private final Spelling spelling;

  MlpSpelling(Nodes nodes, Architecture architecture, Parameters parameters, Spelling spelling) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.architecture = architecture;
    this.parameters = parameters;
    this.spelling = spelling;
  }

  /** What the branch gives, in the shape of what it reads. */
  String of(int block, String x) {
    String module = Parameters.layer(block, "mlp");
    return architecture.shape().experts() == 0 ? mlp(module, x) : experts(block, module, x);
  }

  private String mlp(String module, String x) {
    Parameters.Linear up = parameters.mlp(module, "up_proj");
    String y;
    if (architecture.has(Feature.GATED)) {
      y = gated(module, x, up);
    } else {
      y = activated(module, nodes.linear(x, up));
    }
    return nodes.linear(y, parameters.mlp(module, "down_proj"));
  }

  private String gated(String module, String x, Parameters.Linear up) {
    Parameters.Linear gate = parameters.mlp(module, "gate_proj");
    if (spelling.has(Quirk.PACKED_GATE)) {
      var both = Packed.of(module + ".gate_up_proj", List.of(gate, up), 1);
      List<String> parts = graph.split(nodes.linear(x, both), -1, gate.out(), up.out());
      return nodes.mul(parts.get(1), activated(module, parts.get(0)));
    }
    String left = nodes.linear(x, gate);
    if (architecture.has(Feature.CLAMPED)) {
      return clamped(module, left, nodes.linear(x, up));
    }
    String opened = activated(module, left);
    return nodes.mul(opened, nodes.linear(x, up));
  }

  private String clamped(String module, String gate, String up) {
    graph.enter(Nodes.scope(module));
    String high = graph.number(MlpReference.LIMIT);
    String low = nodes.op("Clip", gate, "", high);
    String bounded = nodes.op("Clip", up, graph.number(-MlpReference.LIMIT), high);
    String sharp = nodes.op("Sigmoid", nodes.scaled(low, MlpReference.SHARPNESS));
    return nodes.mul(nodes.add(bounded, graph.number(1)), nodes.mul(low, sharp));
  }

  private String activated(String module, String x) {
    graph.enter(Nodes.scope(module + ".act_fn"));
    return switch (architecture.activation()) {
      case GELU -> gelu(x);
      case GELU_TANH -> geluTanh(x);
      case SILU -> nodes.mul(x, nodes.op("Sigmoid", x));
      case RELU -> nodes.op("Relu", x);
      case RELU_SQUARED -> nodes.op("Pow", nodes.op("Relu", x), graph.number(2));
    };
  }

  private String gelu(String x) {
    String error = nodes.op("Erf", nodes.op("Div", x, graph.number(Math.sqrt(2))));
    String doubled = nodes.mul(x, nodes.add(error, graph.number(1)));
    return nodes.mul(doubled, graph.number(0.5));
  }

  private String geluTanh(String x) {
    String cube = nodes.op("Pow", x, graph.number(3));
    String bent = nodes.add(x, nodes.mul(cube, graph.number(0.044715)));
    String angle = nodes.mul(bent, graph.number(Math.sqrt(2 / Math.PI)));
    String gate = nodes.add(nodes.op("Tanh", angle), graph.number(1));
    return nodes.mul(nodes.mul(x, graph.number(0.5)), gate);
  }

  /** Each expert's output times its weight, added up, on [batch · sequence, hidden]. */
  private String experts(int block, String module, String x) {
    graph.enter(Nodes.scope(module));
    String tokens = nodes.reshaped(x, -1, architecture.shape().hidden());
    if (spelling.has(Quirk.FUSED_EXPERTS)) {
      String scores = nodes.linear(tokens, parameters.router(block));
      return new FusedExperts(nodes, architecture, parameters).of(module, x, scores);
    }
    Choice choice = choice(nodes.linear(tokens, parameters.router(block)), module);
    String sum = null;
    for (int e = 0; e < architecture.shape().experts(); e++) {
      String out = mlp(module + ".experts." + e, tokens);
      graph.enter(Nodes.scope(module + ".experts." + e));
      String part = nodes.mul(out, weight(choice, e));
      sum = sum == null ? part : nodes.add(sum, part);
    }
    String all =
        architecture.has(Feature.SHARED_EXPERT)
            ? nodes.add(sum, shared(block, module, tokens))
            : sum;
    graph.enter(Nodes.scope(module));
    return nodes.folded(all, architecture.shape().hidden());
  }

  private String shared(int block, String module, String tokens) {
    String out = mlp(module + ".shared_expert", tokens);
    String gate = nodes.op("Sigmoid", nodes.linear(tokens, parameters.sharedGate(block)));
    return nodes.mul(gate, out);
  }

  /** The chosen experts and their weights, [tokens, chosen] each. */
  private record Choice(String weights, String experts) {}

  private Choice choice(String scores, String module) {
    graph.enter(Nodes.scope(module + ".router"));
    boolean late = architecture.has(Feature.SOFTMAX_OF_CHOSEN);
    String all = late ? scores : nodes.softmax(scores);
    String count = graph.integers(architecture.shape().chosen());
    List<String> best = graph.ops("TopK", 2, List.of(all, count), Attributes.integer("axis", -1));
    String weights = late ? nodes.softmax(best.get(0)) : best.get(0);
    if (architecture.has(Feature.NORMED_CHOICE)) {
      weights = nodes.op("Div", weights, nodes.reduced("ReduceSum", weights));
    }
    return new Choice(weights, best.get(1));
  }

  /** The weight of one expert, 0 where it is not chosen, [tokens, 1]. */
  private String weight(Choice choice, int expert) {
    String chosen = nodes.op("Equal", choice.experts(), graph.integer(expert));
    String ones = graph.cast(chosen, Tensors.FLOAT);
    return nodes.reduced("ReduceSum", nodes.mul(choice.weights(), ones));
  }
}
