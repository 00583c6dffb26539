package dev.steerc.runtime.capture;

import dev.steerc.runtime.text.Tokenizer;
import java.util.Arrays;

/**
 * A text as a model reads it.
 *
 * @param ids its tokens; none is a problem when they are run
 * @param from the first token that counts; all behind it do
 */
public record Tokens(long[] ids, int from) {

  public Tokens {
    if (from < 0 || from > Math.max(0, ids.length - 1)) {
      throw new IllegalArgumentException("token " + from + " of " + ids.length);
    }
  }

  /** A text of which all tokens count. */
  public static Tokens of(long... ids) {
    return new Tokens(ids, 0);
  }

  /**
   * The tokens of a passage. Text does not fall into the same tokens with something behind it, so
   * the completion is taken to begin where the whole text's tokens differ from the prompt's own.
   */
  public static Tokens of(Passage passage, Tokenizer tokenizer) {
    long[] whole = tokenizer.encode(passage.text());
    if (passage.prompt().isEmpty()) {
      return new Tokens(whole, 0);
    }
    int same = Arrays.mismatch(whole, tokenizer.encode(passage.prompt()));
    int from = same < 0 ? whole.length : same;
    return new Tokens(whole, Math.max(0, Math.min(from, whole.length - 1)));
  }

  /** How many count. */
  public int counted() {
    return ids.length - from;
  }

  /** The last tokens, so many at most. */
  public Tokens last(int most) {
    int cut = ids.length - most;
    return cut <= 0
        ? this
        : new Tokens(Arrays.copyOfRange(ids, cut, ids.length), Math.max(0, from - cut));
  }
}
