package dev.steerc.models.family;

import dev.steerc.models.Weight;

/**
 * The weights of an architecture: random numbers that depend on nothing but their path.
 *
 * <p>Embeddings, branches and attention weigh about the same, so that an error in any of them
 * shows.
 */
final class Parameters {
  private static final long SEED = 20261126;

  private final Architecture architecture;
  private final Shape shape;

  /** An affine map: matrix float32 [in, out], bias float32 [out] or null. */
  record Linear(String path, Weight matrix, Weight bias) {
    int out() {
      return matrix.dims().get(1);
    }
  }

  /** What a norm has learned, null where the architecture has no such thing. */
  record Scaling(String path, Weight gain, Weight shift) {}

  Parameters(Architecture architecture) {
    this.architecture = architecture;
    this.shape = architecture.shape();
  }

  /** [vocab, hidden], so small that the scaled embedding has the usual size. */
  Weight tokens() {
    double spread = 2 / Math.sqrt(shape.hidden()) / architecture.scales().embedding();
    return random("embed_tokens", 0, spread, shape.vocab(), shape.hidden());
  }

  /** [positions + offset, hidden]. */
  Weight places() {
    int rows = Positions.ROWS + architecture.positions().offset();
    return random("embed_positions", 0, 1 / Math.sqrt(shape.hidden()), rows, shape.hidden());
  }

  Linear query(int block) {
    return linear(layer(block, "self_attn.q_proj"), shape.queries(), Feature.QKV_BIAS);
  }

  Linear key(int block) {
    return linear(layer(block, "self_attn.k_proj"), shape.keys(), Feature.QKV_BIAS);
  }

  Linear value(int block) {
    return linear(layer(block, "self_attn.v_proj"), shape.keys(), Feature.QKV_BIAS);
  }

  Linear output(int block) {
    return linear(
        layer(block, "self_attn.o_proj"), shape.queries(), shape.hidden(), Feature.OUT_BIAS);
  }

  /** Float32 [heads]. */
  Weight sinks(int block) {
    return random(layer(block, "self_attn.sinks"), 0, 1, shape.heads());
  }

  /**
   * One linear of an MLP.
   *
   * @param module such as {@code layers.0.mlp}
   * @param name gate_proj, up_proj or down_proj
   */
  Linear mlp(String module, String name) {
    boolean down = name.equals("down_proj");
    int in = down ? shape.inner() : shape.hidden();
    int out = down ? shape.hidden() : shape.inner();
    return linear(module + "." + name, in, out, Feature.MLP_BIAS);
  }

  Linear router(int block) {
    return linear(layer(block, "mlp.router"), shape.experts(), Feature.MLP_BIAS);
  }

  /** The weight of the shared expert, before its sigmoid. */
  Linear sharedGate(int block) {
    String path = layer(block, "mlp.shared_expert_gate");
    return new Linear(path, matrix(path, shape.hidden(), 1), null);
  }

  Linear head() {
    if (architecture.has(Feature.TIED)) {
      return new Linear("lm_head", tokens().transpose(), null);
    }
    return linear("lm_head", shape.vocab(), Feature.HEAD_BIAS);
  }

  /** A norm over the stream. */
  Scaling norm(String path) {
    return norm(path, architecture.norm(), shape.hidden());
  }

  /** A norm over {@code width} numbers. */
  Scaling norm(String path, Norm kind, int width) {
    Weight gain = kind.hasGain() ? random(path, kind.isPlusOne() ? 0 : 1, 0.2, width) : null;
    Weight shift = kind.hasShift() ? random(path + ".bias", 0, 0.1, width) : null;
    return new Scaling(path, gain, shift);
  }

  static String layer(int block, String part) {
    return "layers." + block + "." + part;
  }

  private Linear linear(String path, int out, Feature bias) {
    return linear(path, shape.hidden(), out, bias);
  }

  private Linear linear(String path, int in, int out, Feature bias) {
    Weight shift = architecture.has(bias) ? random(path + ".bias", 0, 0.1, out) : null;
    return new Linear(path, matrix(path, in, out), shift);
  }

  private static Weight matrix(String path, int in, int out) {
    return random(path, 0, 1.2 / Math.sqrt(in), in, out);
  }

  private static Weight random(String path, double mean, double spread, Integer... dims) {
    return Weight.of(mean, spread, seed(path), dims);
  }

  /** FNV-1a of the path. */
  private static long seed(String path) {
    long hash = 0xcbf29ce484222325L ^ SEED;
    for (int i = 0; i < path.length(); i++) {
      hash = (hash ^ path.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
