package dev.steerc.cli.serve.openai;

import dev.steerc.runtime.text.Tokenizer;
import java.util.Optional;

/** The texts of single tokens, as those who look at log-probabilities want to see them. */
record TokenTexts(Optional<Tokenizer> tokenizer) {

  /** The text of a token inside a text; special tokens show, a part of a character is U+FFFD. */
  String of(long token) {
    if (tokenizer.isEmpty()) {
      return "token_id:" + token;
    }
    // the second of two, since many tokenizers drop a space at the very beginning
    String one = tokenizer.get().decode(new long[] {token}, false);
    String two = tokenizer.get().decode(new long[] {token, token}, false);
    return two.startsWith(one) ? two.substring(one.length()) : one;
  }
}
