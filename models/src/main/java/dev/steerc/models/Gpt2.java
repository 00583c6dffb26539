package dev.steerc.models;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A GPT-2 with its weights, random or trained: learned positions, pre-norm blocks, gelu_new, a head
 * tied to the token embedding.
 *
 * @param tokens float32 [vocab, hidden]
 * @param places float32 [positions, hidden]
 */
public record Gpt2(
    Config config, Weight tokens, Weight places, List<Block> blocks, Norm finalNorm) {
  /** The epsilon of every layer norm. */
  public static final double EPSILON = 1e-5;

  /** The sizes of a model. */
  public record Config(int blocks, int hidden, int heads, int vocab, int positions) {
    public Config {
      if (Math.min(Math.min(blocks, heads), Math.min(vocab, positions)) < 1) {
        throw new IllegalArgumentException("every size must be at least 1");
      }
      if (hidden < 1 || hidden % heads != 0) {
        throw new IllegalArgumentException(
            "hidden %d is no multiple of heads %d".formatted(hidden, heads));
      }
    }

    /** The width inside an MLP. */
    public int inner() {
      return 4 * hidden;
    }

    /** The width of one attention head. */
    public int headWidth() {
      return hidden / heads;
    }
  }

  /** A layer norm: float32 [hidden] each. */
  public record Norm(Weight gain, Weight bias) {}

  /** An affine map: matrix float32 [in, out], bias float32 [out]. */
  public record Linear(Weight matrix, Weight bias) {
    int in() {
      return matrix.dims().get(0);
    }

    int out() {
      return matrix.dims().get(1);
    }
  }

  /** One transformer block; {@code qkv} gives query, key and value side by side. */
  public record Block(
      Norm attentionNorm, Linear qkv, Linear attentionOut, Norm mlpNorm, Linear up, Linear down) {}

  /** The head of the model, float32 [hidden, vocab]: the token embedding transposed. */
  public Weight head() {
    return tokens.transpose();
  }

  /** A model whose branches weigh as much as its stream and whose attention is not uniform. */
  public static Gpt2 random(Config config, long seed) {
    return new Draws(config, new SplittableRandom(seed)).model();
  }

  /** The order in which the weights take their seeds. */
  private record Draws(Config config, SplittableRandom seeds) {
    Gpt2 model() {
      int hidden = config.hidden();
      double spread = 2 / Math.sqrt(hidden);
      return new Gpt2(
          config,
          Weight.of(0, spread, seeds.nextLong(), config.vocab(), hidden),
          Weight.of(0, spread / 2, seeds.nextLong(), config.positions(), hidden),
          IntStream.range(0, config.blocks()).mapToObj(i -> block()).toList(),
          norm());
    }

    private Block block() {
      int hidden = config.hidden();
      return new Block(
          norm(),
          linear(hidden, 3 * hidden),
          linear(hidden, hidden),
          norm(),
          linear(hidden, config.inner()),
          linear(config.inner(), hidden));
    }

    private Norm norm() {
      int hidden = config.hidden();
      return new Norm(
          Weight.of(1, 0.2, seeds.nextLong(), hidden), Weight.of(0, 0.1, seeds.nextLong(), hidden));
    }

    private Linear linear(int in, int out) {
      double spread = 1.2 / Math.sqrt(in);
      return new Linear(
          Weight.of(0, spread, seeds.nextLong(), in, out),
          Weight.of(0, 0.1, seeds.nextLong(), out));
    }
  }
}
