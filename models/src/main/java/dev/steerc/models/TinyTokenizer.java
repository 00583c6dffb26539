package dev.steerc.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The tokenizer of the random test models: GPT-2's byte-level BPE with a vocabulary of any size.
 *
 * <p>Ids 0 to 94 are the printable ASCII characters from the space on, so that an id is a code
 * point less 32. The other bytes follow, then merged pairs, and the last id is the end of the text.
 * A vocabulary of fewer than 257 tokens lacks bytes; text that has them loses them.
 */
public final class TinyTokenizer {
  public static final String END_OF_TEXT = ByteLevel.END_OF_TEXT;

  private static final int BYTES = 256;

  /** Pairs that English has often, as GPT-2 spells them: a space is written as a letter. */
  private static final List<String> FREQUENT =
      List.of(
          "Ġ t", "h e", "Ġ a", "i n", "r e", "o n", "Ġt he", "e r", "Ġ s", "a t", "n d", "in g");

  private final List<String> symbols;
  private final List<String> merges;

  private TinyTokenizer(int size) {
    symbols = ByteLevel.symbols().subList(0, Math.min(BYTES, size - 1));
    merges = merges().subList(0, Math.max(0, size - 1 - BYTES));
  }

  /**
   * A {@code tokenizer.json} of exactly so many tokens.
   *
   * @param size at least 2, at most a few thousand
   */
  public static String json(int size) {
    TinyTokenizer tokenizer = new TinyTokenizer(size);
    return ByteLevel.json(tokenizer.symbols, tokenizer.merges, false);
  }

  /** Writes {@code tokenizer.json} into a folder. */
  public static Path write(Path folder, int size) throws IOException {
    return Files.writeString(folder.resolve("tokenizer.json"), json(size));
  }

  /** Writes the same tokenizer as {@code vocab.json} and {@code merges.txt}. */
  public static void writeGpt2Files(Path folder, int size) throws IOException {
    TinyTokenizer tokenizer = new TinyTokenizer(size);
    Files.writeString(
        folder.resolve("vocab.json"), ByteLevel.vocabulary(tokenizer.symbols, tokenizer.merges));
    String merges = String.join("\n", tokenizer.merges);
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + merges + "\n");
  }

  private static List<String> merges() {
    Set<String> merges = new LinkedHashSet<>(FREQUENT);
    for (char left = 'a'; left <= 'z'; left++) {
      merges.add("Ġ " + left);
      for (char right = 'a'; right <= 'z'; right++) {
        merges.add(left + " " + right);
      }
    }
    for (char left = 'A'; left <= 'Z'; left++) {
      for (char right = 'a'; right <= 'z'; right++) {
        merges.add("Ġ" + Character.toLowerCase(left) + " " + right);
        merges.add(left + " " + right);
      }
    }
    return List.copyOf(merges);
  }
}
