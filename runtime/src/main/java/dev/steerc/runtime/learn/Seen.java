package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Digest;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The prompts that something was learned from, as their fingerprints: enough to know one again, and
 * not enough to read it. One in four thousand million others is taken for one of them.
 *
 * @param prefixes the first four bytes of the SHA-256 of each prompt without the space around it
 */
public record Seen(SortedSet<Integer> prefixes) {
  private static final String KEY = "seen";

  /** Beyond it, the fingerprints would be longer than the vector. */
  public static final int MOST = 20_000;

  /** Remembers prompts. */
  public static Seen of(Collection<String> prompts) {
    SortedSet<Integer> prefixes = new TreeSet<>(Integer::compareUnsigned);
    prompts.forEach(prompt -> prefixes.add(prefix(prompt)));
    return new Seen(prefixes);
  }

  /**
   * Reads what {@link #text} writes.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static Seen parse(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    if (bytes.remaining() % Integer.BYTES != 0) {
      throw new IllegalArgumentException(bytes.remaining() + " bytes are no fingerprints");
    }
    SortedSet<Integer> prefixes = new TreeSet<>(Integer::compareUnsigned);
    while (bytes.hasRemaining()) {
      prefixes.add(bytes.getInt());
    }
    return new Seen(prefixes);
  }

  /**
   * What the metadata of vector files say together.
   *
   * @return empty when none says it
   * @throws dev.steerc.problem.SteercException when one makes no sense
   */
  public static Optional<Seen> in(List<Map<String, String>> metadata) {
    List<String> texts =
        metadata.stream().map(one -> one.get(KEY)).filter(Objects::nonNull).toList();
    SortedSet<Integer> all = new TreeSet<>(Integer::compareUnsigned);
    try {
      texts.forEach(text -> all.addAll(parse(text).prefixes));
    } catch (IllegalArgumentException e) {
      throw Problem.of(Code.BAD_TENSOR_FILE, "the metadata `seen` of the vector makes no sense")
          .note(String.valueOf(e.getMessage()))
          .help("learn the vector again")
          .exception();
    }
    return texts.isEmpty() ? Optional.empty() : Optional.of(new Seen(all));
  }

  /** Writes it into a vector's metadata, or nothing where there are too many. */
  public void into(Map<String, String> metadata) {
    metadata.remove(KEY);
    if (prefixes.size() <= MOST) {
      metadata.put(KEY, text());
    }
  }

  public boolean contains(String prompt) {
    return prefixes.contains(prefix(prompt));
  }

  /** Base64 of the sorted fingerprints, for metadata. */
  public String text() {
    ByteBuffer bytes = ByteBuffer.allocate(prefixes.size() * Integer.BYTES);
    prefixes.forEach(bytes::putInt);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static int prefix(String prompt) {
    return Integer.parseUnsignedInt(Digest.sha256(prompt.strip()).substring(0, 8), 16);
  }
}
