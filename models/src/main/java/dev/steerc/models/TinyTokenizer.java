package dev.steerc.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tokenizer of the random test models: GPT-2's byte-level BPE with a vocabulary of any size.
 *
 * <p>Ids 0 to 94 are the printable ASCII characters from the space on, so that an id is a code
 * point less 32. The other bytes follow, then merged pairs, and the last id is the end of the text.
 * A vocabulary of fewer than 257 tokens lacks bytes; text that has them loses them.
 */
public final class TinyTokenizer {
  public static final String END_OF_TEXT = "<|endoftext|>";

  private static final int BYTES = 256;

  /** Pairs that English has often, as GPT-2 spells them: a space is written as a letter. */
  private static final List<String> FREQUENT =
      List.of(
          "Ġ t", "h e", "Ġ a", "i n", "r e", "o n", "Ġt he", "e r", "Ġ s", "a t", "n d", "in g");

  private final List<String> symbols;
  private final List<String> merges;

  private TinyTokenizer(int size) {
    symbols = symbols().subList(0, Math.min(BYTES, size - 1));
    merges = merges().subList(0, Math.max(0, size - 1 - BYTES));
  }

  /**
   * A {@code tokenizer.json} of exactly so many tokens.
   *
   * @param size at least 2, at most a few thousand
   */
  public static String json(int size) {
    TinyTokenizer tokenizer = new TinyTokenizer(size);
    return """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[{"id":%d,"content":"%s","single_word":false,"lstrip":false,
                          "rstrip":false,"normalized":false,"special":true}],
         "normalizer":null,
         "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,
                          "use_regex":true},
         "post_processor":null,
         "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,
                    "use_regex":true},
         "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
                  "end_of_word_suffix":null,"fuse_unk":false,"vocab":%s,"merges":[%s]}}
        """
        .formatted(
            size - 1,
            END_OF_TEXT,
            tokenizer.vocabulary(),
            tokenizer.merges.stream().map(TinyTokenizer::quoted).collect(Collectors.joining(",")));
  }

  /** Writes {@code tokenizer.json} into a folder. */
  public static Path write(Path folder, int size) throws IOException {
    return Files.writeString(folder.resolve("tokenizer.json"), json(size));
  }

  /** Writes the same tokenizer as {@code vocab.json} and {@code merges.txt}. */
  public static void writeGpt2Files(Path folder, int size) throws IOException {
    TinyTokenizer tokenizer = new TinyTokenizer(size);
    Files.writeString(folder.resolve("vocab.json"), tokenizer.vocabulary());
    String merges = String.join("\n", tokenizer.merges);
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + merges + "\n");
  }

  private String vocabulary() {
    List<String> tokens = new ArrayList<>(symbols);
    merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
    tokens.add(END_OF_TEXT);
    return IntStream.range(0, tokens.size())
        .mapToObj(id -> quoted(tokens.get(id)) + ":" + id)
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** All bytes as GPT-2 spells them: each has a visible character of its own. */
  private static List<String> symbols() {
    String[] symbols = new String[BYTES];
    int next = BYTES;
    for (int b = 0; b < BYTES; b++) {
      boolean isVisible = b > 32 && b < 127 || b > 160 && b < 256 && b != 173;
      symbols[b] = Character.toString(isVisible ? b : next++);
    }
    return IntStream.concat(
            IntStream.range(32, 127), IntStream.range(0, BYTES).filter(b -> b < 32 || b >= 127))
        .mapToObj(b -> symbols[b])
        .toList();
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

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
