package dev.steerc.models.family;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The MLP of one block, or its mixture of experts. */
final class MlpReference {
  /** The bound of gate and up; GPT-OSS has 7, which values as small as these never reach. */
  static final double LIMIT = 0.75;

  /** GPT-OSS's sharpness of the sigmoid. */
  static final double SHARPNESS = 1.702;

  private final Architecture architecture;
  private final Parameters parameters;
  private final int block;

  MlpReference(Architecture architecture, Parameters parameters, int block) {
    this.architecture = architecture;
    this.parameters = parameters;
    this.block = block;
  }

  /** What one token's vector becomes. */
  double[] of(double[] x) {
    String module = Parameters.layer(block, "mlp");
    if (architecture.shape().experts() == 0) {
      return mlp(module, x);
    }
    double[] out = new double[x.length];
    double[] weights = weights(Values.linear(x, parameters.router(block)));
    for (int e = 0; e < weights.length; e++) {
      out = Values.sum(out, Values.scaled(mlp(module + ".experts." + e, x), weights[e]));
    }
    return architecture.has(Feature.SHARED_EXPERT) ? Values.sum(out, shared(module, x)) : out;
  }

  private double[] shared(String module, double[] x) {
    double gate = Values.linear(x, parameters.sharedGate(block))[0];
    return Values.scaled(mlp(module + ".shared_expert", x), Values.sigmoid(gate));
  }

  /** The weight of each expert, 0 for those that are not chosen. */
  private double[] weights(double[] scores) {
    int[] best =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(e -> -scores[e]))
            .limit(architecture.shape().chosen())
            .mapToInt(e -> e)
            .toArray();
    double all = Arrays.stream(scores).map(Math::exp).sum();
    double chosen = Arrays.stream(best).mapToDouble(e -> Math.exp(scores[e])).sum();
    boolean within =
        architecture.has(Feature.NORMED_CHOICE) || architecture.has(Feature.SOFTMAX_OF_CHOSEN);
    var weights = new double[scores.length];
    for (int e : best) {
      weights[e] = Math.exp(scores[e]) / (within ? chosen : all);
    }
    return weights;
  }

  private double[] mlp(String module, double[] x) {
    double[] up = Values.linear(x, parameters.mlp(module, "up_proj"));
    if (architecture.has(Feature.GATED)) {
      double[] gate = Values.linear(x, parameters.mlp(module, "gate_proj"));
      Arrays.setAll(up, i -> gated(gate[i], up[i]));
    } else {
      Arrays.setAll(up, i -> Values.activated(up[i], architecture.activation()));
    }
    return Values.linear(up, parameters.mlp(module, "down_proj"));
  }

  private double gated(double gate, double up) {
    if (!architecture.has(Feature.CLAMPED)) {
      return Values.activated(gate, architecture.activation()) * up;
    }
    double low = Math.min(gate, LIMIT);
    double bounded = Math.max(-LIMIT, Math.min(up, LIMIT));
    return low * Values.sigmoid(SHARPNESS * low) * (bounded + 1);
  }
}
