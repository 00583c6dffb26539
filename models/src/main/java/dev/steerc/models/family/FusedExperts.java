package dev.steerc.models.family;

import dev.steerc.models.Attributes;
import dev.steerc.models.GraphBuilder;
import dev.steerc.models.Weight;
import dev.steerc.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A mixture of experts in ORT's MoE, with gate and up by turns, as its CPU kernel wants them. */
final class FusedExperts {
  private final Nodes nodes;
  private final GraphBuilder graph;
  private final Architecture architecture;
  private final Parameters parameters;

  FusedExperts(Nodes nodes, Architecture architecture, Parameters parameters) {
    this.nodes = nodes;
    this.graph = nodes.graph();
    this.architecture = architecture;
    this.parameters = parameters;
  }

  /**
   * What the experts give together.
   *
   * @param scores of the router, [batch · sequence, experts]
   */
  String of(String module, String x, String scores) {
    Function<String, Parameters.Linear> gateAndUp =
        expert ->
            Packed.of(
                expert + ".gate_up_proj",
                List.of(parameters.mlp(expert, "gate_proj"), parameters.mlp(expert, "up_proj")),
                architecture.shape().inner());
    graph.enter(Nodes.scope(module));
    var inputs = new ArrayList<>(List.of(x, scores));
    inputs.addAll(stored(module, "gate_up_proj", gateAndUp));
    inputs.addAll(stored(module, "down_proj", expert -> parameters.mlp(expert, "down_proj")));
    return nodes.op("MoE", inputs, attributes());
  }

  private AttributeProto[] attributes() {
    boolean clamped = architecture.has(Feature.CLAMPED);
    boolean within =
        architecture.has(Feature.NORMED_CHOICE) || architecture.has(Feature.SOFTMAX_OF_CHOSEN);
    List<AttributeProto> attributes =
        new ArrayList<>(
            List.of(
                Attributes.integer("k", architecture.shape().chosen()),
                Attributes.text("activation_type", "swiglu"),
                Attributes.integer("swiglu_fusion", 1),
                Attributes.number("activation_alpha", clamped ? MlpReference.SHARPNESS : 1),
                Attributes.number("activation_beta", clamped ? 1 : 0),
                Attributes.integer("normalize_routing_weights", within ? 1 : 0)));
    if (clamped) {
      attributes.add(Attributes.number("swiglu_limit", MlpReference.LIMIT));
    }
    return attributes.toArray(AttributeProto[]::new);
  }

  /** Weights [experts, out, in] and biases [experts, out], the latter empty where there is none. */
  private List<String> stored(
      String module, String name, Function<String, Parameters.Linear> linear) {
    int experts = architecture.shape().experts();
    List<Parameters.Linear> all = new ArrayList<>();
    for (int e = 0; e < experts; e++) {
      all.add(linear.apply(module + ".experts." + e));
    }
    String path = module + ".experts." + name;
    List<Weight> matrices = all.stream().map(l -> l.matrix().transpose()).toList();
    List<Integer> dims = matrices.get(0).dims();
    Weight weights = Weight.given(joined(matrices), experts, dims.get(0), dims.get(1));
    String matrix = graph.weight(path + ".weight", weights);
    if (all.get(0).bias() == null) {
      return List.of(matrix, "");
    }
    List<Weight> biases = all.stream().map(Parameters.Linear::bias).toList();
    Weight bias = Weight.given(joined(biases), experts, dims.get(0));
    return List.of(matrix, graph.weight(path + ".bias", bias));
  }

  private static float[] joined(List<Weight> parts) {
    var out = new float[parts.stream().mapToInt(Weight::size).sum()];
    int at = 0;
    for (Weight part : parts) {
      System.arraycopy(part.values(), 0, out, at, part.size());
      at += part.size();
    }
    return out;
  }
}
