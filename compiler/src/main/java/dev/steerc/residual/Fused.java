package dev.steerc.residual;

import dev.steerc.onnx.Attribute;
import dev.steerc.onnx.Node;
import java.util.Map;

/**
 * The operators of ONNX Runtime's fusions that hold both a sum and the norm of that sum.
 *
 * @param sumOutput the position of the output that is the sum, which exporters often leave out
 * @param scale the position of the norm's scale
 * @param shift the position of the norm's shift, or -1
 * @param bias the position of a bias that is added to the sum as well, or -1
 * @param embeds whether the sum is one of embeddings that the operator gathers itself
 */
record Fused(int sumOutput, int scale, int shift, int bias, boolean embeds) {
  private static final Map<String, Fused> OPERATORS =
      Map.of(
          "SkipLayerNormalization", new Fused(3, 2, 3, 4, false),
          "SkipSimplifiedLayerNormalization", new Fused(3, 2, -1, 3, false),
          "EmbedLayerNormalization", new Fused(2, 5, 6, -1, true));

  /** The layout of a fused operator, or null for any other. */
  static Fused of(Node node) {
    Fused fused = node.domain().equals("com.microsoft") ? OPERATORS.get(node.op()) : null;
    return fused != null && fused.isWhole(node) ? fused : null;
  }

  /** Whether the node has what every use of the operator has. */
  private boolean isWhole(Node node) {
    String second = node.input(embeds ? 2 : 1);
    return !node.output(0).isEmpty()
        && !node.input(0).isEmpty()
        && !second.isEmpty()
        && !node.input(scale).isEmpty();
  }

  /** The name of the sum, made up where the operator keeps it to itself. */
  String sum(Node node) {
    String named = node.output(sumOutput);
    return named.isEmpty() ? node.output(0) + "#sum" : named;
  }

  /** The norm that the operator applies to its sum. */
  Place.FusedNorm norm(Node node) {
    float epsilon = node.attribute("epsilon").map(Attribute::f).orElse(1e-12f);
    String shifted = shift < 0 ? "" : node.input(shift);
    return new Place.FusedNorm(0, node.input(scale), shifted, epsilon, shift < 0, embeds);
  }
}
