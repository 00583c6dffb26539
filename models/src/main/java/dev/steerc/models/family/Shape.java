package dev.steerc.models.family;

/**
 * The sizes of a decoder.
 *
 * @param heads of the queries
 * @param keyHeads of keys and values, a divisor of {@code heads}
 * @param headWidth the numbers of one head; {@code heads · headWidth} need not be {@code hidden}
 * @param inner the width inside an MLP, or inside one expert
 * @param experts of each MLP; 0 when it is one MLP
 * @param chosen the experts that a token uses
 * @param window how many tokens a windowed block looks back, itself included; 0 is all
 */
public record Shape(
    int blocks,
    int hidden,
    int vocab,
    int heads,
    int keyHeads,
    int headWidth,
    int inner,
    int experts,
    int chosen,
    int window) {

  static final Shape TINY = new Shape(2, 16, 48, 4, 2, 4, 24, 0, 0, 0);

  Shape heads(int count, int keys, int width) {
    return new Shape(blocks, hidden, vocab, count, keys, width, inner, experts, chosen, window);
  }

  Shape experts(int count, int used) {
    return new Shape(blocks, hidden, vocab, heads, keyHeads, headWidth, 8, count, used, window);
  }

  Shape window(int tokens) {
    return new Shape(
        blocks, hidden, vocab, heads, keyHeads, headWidth, inner, experts, chosen, tokens);
  }

  /** The width of all queries. */
  int queries() {
    return heads * headWidth;
  }

  /** The width of all keys, and of all values. */
  int keys() {
    return keyHeads * headWidth;
  }
}
