package dev.steerc.runtime.capture;

import dev.steerc.runtime.text.Tokenizer;
import java.util.List;
import java.util.function.Consumer;

/** Texts as tokens, which can be gone through again and again. */
public interface Texts {

  /** Goes through all texts from the first to the last. */
  void forEach(Consumer<Tokens> next);

  /** Texts that are tokens already. */
  static Texts of(List<Tokens> texts) {
    return texts::forEach;
  }

  /** Passages, which become tokens each time anew. */
  static Texts of(List<Passage> passages, Tokenizer tokenizer) {
    return next -> passages.forEach(passage -> next.accept(Tokens.of(passage, tokenizer)));
  }

  /** The texts of a file, which is read each time anew. */
  static Texts of(TextFile file, Tokenizer tokenizer) {
    return next -> file.forEach(passage -> next.accept(Tokens.of(passage, tokenizer)));
  }
}
