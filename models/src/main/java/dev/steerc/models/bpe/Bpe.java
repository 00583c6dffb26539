package dev.steerc.models.bpe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.steerc.models.ByteLevel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A byte-level BPE: the bytes have the first 256 ids, then come the merges in the order in which
 * they were learnt, and the end of the text has the last id. Safe for threads.
 *
 * <p>A text that begins with a word is read as if a space stood before it, so that a name has the
 * same token at the beginning as elsewhere; the library calls that {@code add_prefix_space}.
 */
public final class Bpe {
  private static final int BYTES = 256;

  /** The id of each byte. */
  private static final int[] ID_OF_BYTE = idOfByte();

  private final List<Merge> merges;
  private final Map<Merge, Integer> ids = new HashMap<>();
  private final Map<String, int[]> words = new ConcurrentHashMap<>();

  private Bpe(List<Merge> merges) {
    this.merges = merges;
    for (Merge merge : merges) {
      ids.put(merge, BYTES + ids.size());
    }
  }

  /**
   * Learns merges, the most frequent pair first.
   *
   * @param size of the vocabulary, at least 257; it stays smaller if there is no pair left
   */
  public static Bpe train(Stream<String> texts, int size) {
    Map<String, Long> words =
        texts
            .map(Bpe::spaced)
            .flatMap(Words::of)
            .collect(
                Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    PairCounts pairs = new PairCounts();
    words.forEach((word, count) -> pairs.add(bytes(word), count));
    List<Merge> merges = new ArrayList<>();
    Optional<Merge> best = pairs.best();
    while (best.isPresent() && BYTES + merges.size() + 1 < size) {
      pairs.merge(best.get(), BYTES + merges.size());
      merges.add(best.get());
      best = pairs.best();
    }
    return new Bpe(List.copyOf(merges));
  }

  /** The number of tokens, the end of the text among them. */
  public int size() {
    return endOfText() + 1;
  }

  /** The id of the token that stands between two documents. */
  public int endOfText() {
    return BYTES + merges.size();
  }

  /** The ids of a text; {@code <|endoftext|>} in it is text like any other. */
  public int[] encode(String text) {
    return Words.of(spaced(text)).map(this::word).flatMapToInt(IntStream::of).toArray();
  }

  /** The text of ids; the end of the text has none. */
  public String decode(int... tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    IntStream.of(tokens).forEach(token -> write(token, bytes));
    return bytes.toString(UTF_8);
  }

  /** The {@code tokenizer.json} that gives the same ids. */
  public String json() {
    List<String> spelled =
        merges.stream().map(m -> spell(m.left()) + " " + spell(m.right())).toList();
    return ByteLevel.json(ByteLevel.symbols(), spelled, true);
  }

  private static String spaced(String text) {
    return text.isEmpty() || text.startsWith(" ") ? text : " " + text;
  }

  private void write(int token, ByteArrayOutputStream bytes) {
    if (token < BYTES) {
      bytes.write(ByteLevel.byteOf(token));
    } else if (token < endOfText()) {
      write(merges.get(token - BYTES).left(), bytes);
      write(merges.get(token - BYTES).right(), bytes);
    }
  }

  private String spell(int token) {
    if (token < BYTES) {
      return ByteLevel.symbols().get(token);
    }
    Merge merge = merges.get(token - BYTES);
    return spell(merge.left()) + spell(merge.right());
  }

  private int[] word(String word) {
    return words.computeIfAbsent(word, key -> merged(bytes(key)));
  }

  private int[] merged(int[] word) {
    int[] tokens = word;
    for (int first = first(tokens); first >= 0; first = first(tokens)) {
      tokens = merges.get(first - BYTES).join(tokens, first);
    }
    return tokens;
  }

  /** The token that was learnt first among those that pairs of a word make; -1 if none do. */
  private int first(int[] tokens) {
    return IntStream.range(0, tokens.length - 1)
        .map(i -> ids.getOrDefault(new Merge(tokens[i], tokens[i + 1]), Integer.MAX_VALUE))
        .min()
        .stream()
        .filter(id -> id != Integer.MAX_VALUE)
        .findFirst()
        .orElse(-1);
  }

  private static int[] bytes(String word) {
    byte[] bytes = word.getBytes(UTF_8);
    return IntStream.range(0, bytes.length).map(i -> ID_OF_BYTE[bytes[i] & 0xff]).toArray();
  }

  private static int[] idOfByte() {
    int[] ids = new int[BYTES];
    IntStream.range(0, BYTES).forEach(id -> ids[ByteLevel.byteOf(id)] = id);
    return ids;
  }
}
