package dev.steerc.runtime.learn;

import dev.steerc.runtime.format.Digest;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The prompts that something was learned from, as their fingerprints: enough to know one again, and
 * not enough to read it. One in four thousand million others is taken for one of them.
 *
 * @param prefixes the first four bytes of the SHA-256 of each prompt without the space around it
 */
public record Seen(SortedSet<Integer> prefixes) {

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
