package dev.steerc.cli.serve.openai;

import dev.steerc.runtime.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** The texts of single tokens, as those who look at log-probabilities want to see them. */
record TokenTexts(Optional<Tokenizer> tokenizer) {
  private static final HexFormat ESCAPES = HexFormat.of().withPrefix("\\x");

  /**
   * A token inside a text.
   *
   * @param text what it looks like; a part of a character is its bytes as in {@code \xf0\x9f}
   * @param bytes what it adds to the text, in UTF-8
   */
  record TokenText(String text, byte[] bytes) {}

  /** A token; special ones show. */
  TokenText of(long token) {
    Optional<byte[]> part = tokenizer.flatMap(all -> all.fragment(token));
    if (part.isPresent()) {
      return new TokenText(ESCAPES.formatHex(part.get()), part.get());
    }
    String text = tokenizer.map(all -> text(all, token)).orElse("token_id:" + token);
    return new TokenText(text, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Tokenizer tokenizer, long token) {
    // the second of two, since many tokenizers drop a space at the very beginning
    String one = tokenizer.decode(new long[] {token}, false);
    String two = tokenizer.decode(new long[] {token, token}, false);
    return two.startsWith(one) ? two.substring(one.length()) : one;
  }
}
