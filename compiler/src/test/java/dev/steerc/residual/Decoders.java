package dev.steerc.residual;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decoders as text, as plain as can be: hidden 8, inner width 12, vocabulary 16. The stream is
 * {@code x0}, {@code h0.mid}, {@code x1} and so on; the branches end in {@code h0.attn} and {@code
 * h0.mlp}.
 */
public final class Decoders {
  private static final String WEIGHTS =
      """
      weight wte float [16, 8]
      weight g float [8]
      weight b float [8]
      weight wq float [8, 8]
      weight wo float [8, 8]
      weight w1 float [8, 12]
      weight w2 float [12, 8]
      weight head float [8, 16]
      weight causal bool [32, 32]
      weight low float [1]
      """;

  private Decoders() {}

  /** A decoder with pre-norm blocks, attention first. */
  public static String text(int blocks) {
    return WEIGHTS
        + "input ids int64 [batch, seq]\nx0 = Gather(wte, ids)\n"
        + IntStream.range(0, blocks)
            .mapToObj(i -> block("h" + i, "x" + i, "x" + (i + 1)))
            .collect(Collectors.joining())
        + head("x" + blocks);
  }

  /**
   * A decoder with one block that runs attention and MLP side by side.
   *
   * @param sums the lines that add {@code x0}, {@code h0.attn} and {@code h0.mlp} up to {@code x1}
   */
  public static String parallel(String sums) {
    return WEIGHTS
        + "input ids int64 [batch, seq]\nx0 = Gather(wte, ids)\n"
        + attention("h0", "x0")
        + mlp("h0", "x0")
        + sums
        + head("x1");
  }

  /** The same decoder with a call of one local function for each block. */
  public static String calls(int blocks) {
    String weights = "g, b, wq, wo, w1, w2, causal, low";
    return WEIGHTS
        + "opset 17\nopset local 1\nfunction local.Block(x, "
        + weights
        + ") -> y\nopset 17\n"
        + block("h", "x", "y")
        + "end\ninput ids int64 [batch, seq]\nx0 = Gather(wte, ids)\n"
        + IntStream.range(0, blocks)
            .mapToObj(i -> "x%d = local.Block(x%d, %s) @h%d\n".formatted(i + 1, i, weights, i))
            .collect(Collectors.joining())
        + head("x" + blocks);
  }

  /** One block, from one value of the stream to another. */
  public static String block(String name, String in, String out) {
    return attention(name, in)
        + "NAME.mid = Add(IN, NAME.attn)\n".replace("NAME", name).replace("IN", in)
        + mlp(name, name + ".mid")
        + out
        + " = Add(NAME.mid, NAME.mlp)\n".replace("NAME", name);
  }

  /** The final norm and the logits. */
  public static String head(String stream) {
    return "n = LayerNormalization(STREAM, g, b)\nlogits = MatMul(n, head)\n"
            .replace("STREAM", stream)
        + "output logits float [batch, seq, 16]\n";
  }

  static String attention(String name, String in) {
    return """
        NAME.n1 = LayerNormalization(IN, g, b)
        NAME.q = MatMul(NAME.n1, wq)
        NAME.k = MatMul(NAME.n1, wq)
        NAME.v = MatMul(NAME.n1, wq)
        NAME.kt = Transpose(NAME.k) {perm=[0, 2, 1]}
        NAME.scores = MatMul(NAME.q, NAME.kt)
        NAME.masked = Where(causal, NAME.scores, low)
        NAME.weights = Softmax(NAME.masked)
        NAME.mixed = MatMul(NAME.weights, NAME.v)
        NAME.attn = MatMul(NAME.mixed, wo)
        """
        .replace("NAME", name)
        .replace("IN", in);
  }

  static String mlp(String name, String in) {
    return """
        NAME.n2 = LayerNormalization(IN, g, b)
        NAME.up = MatMul(NAME.n2, w1)
        NAME.act = Relu(NAME.up)
        NAME.mlp = MatMul(NAME.act, w2)
        """
        .replace("NAME", name)
        .replace("IN", in);
  }
}
