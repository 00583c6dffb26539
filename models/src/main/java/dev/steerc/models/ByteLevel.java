package dev.steerc.models;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The alphabet and the files of GPT-2's byte-level BPE. */
public final class ByteLevel {
  public static final String END_OF_TEXT = "<|endoftext|>";

  private static final int BYTES = 256;
  private static final List<String> SYMBOLS = spelled();
  private static final int[] ORDER =
      IntStream.concat(
              IntStream.range(32, 127), IntStream.range(0, BYTES).filter(b -> b < 32 || b >= 127))
          .toArray();

  private ByteLevel() {}

  /** The byte that has an id below 256. */
  public static int byteOf(int id) {
    return ORDER[id];
  }

  /** All symbols in the order of their ids: the printable ASCII characters first. */
  public static List<String> symbols() {
    return IntStream.of(ORDER).mapToObj(SYMBOLS::get).toList();
  }

  /**
   * A {@code tokenizer.json}; the end of the text has the last id.
   *
   * @param symbols the tokens that are not merged from others
   * @param merges pairs of tokens with a space between, in the order of their ids
   * @param isSpaced whether a text that begins with a word is read as if a space stood before it
   */
  public static String json(List<String> symbols, List<String> merges, boolean isSpaced) {
    return """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[{"id":%d,"content":"%s","single_word":false,"lstrip":false,
                          "rstrip":false,"normalized":false,"special":true}],
         "normalizer":null,
         "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":%b,"trim_offsets":true,
                          "use_regex":true},
         "post_processor":null,
         "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,
                    "use_regex":true},
         "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
                  "end_of_word_suffix":null,"fuse_unk":false,"vocab":%s,"merges":[%s]}}
        """
        .formatted(
            symbols.size() + merges.size(),
            END_OF_TEXT,
            isSpaced,
            vocabulary(symbols, merges),
            merges.stream().map(ByteLevel::quoted).collect(Collectors.joining(",")));
  }

  /** A {@code vocab.json}: every token with its id. */
  static String vocabulary(List<String> symbols, List<String> merges) {
    List<String> tokens = new ArrayList<>(symbols);
    merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
    tokens.add(END_OF_TEXT);
    return IntStream.range(0, tokens.size())
        .mapToObj(id -> quoted(tokens.get(id)) + ":" + id)
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static List<String> spelled() {
    List<String> symbols = new ArrayList<>();
    int next = BYTES;
    for (int b = 0; b < BYTES; b++) {
      boolean isVisible = b > 32 && b < 127 || b > 160 && b < 256 && b != 173;
      symbols.add(Character.toString(isVisible ? b : next++));
    }
    return List.copyOf(symbols);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
