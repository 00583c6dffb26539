package dev.steerc.runtime.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens that are parts of characters, and their bytes: in a byte-level vocabulary, which
 * spells each byte as a character of its own, and where single bytes like {@code <0xE2>} stand in
 * for characters that the vocabulary lacks.
 *
 * <p>Source: GPT-2's table of bytes, and the byte fallback of SentencePiece.
 */
final class Fragments {
  private final Map<Long, byte[]> bytes = new HashMap<>();

  private Fragments() {}

  /**
   * Finds them.
   *
   * @param vocabulary ids by token
   * @param byteLevel whether tokens are spelled byte by byte
   */
  static Fragments in(Map<?, ?> vocabulary, boolean byteLevel) {
    Fragments fragments = new Fragments();
    vocabulary.forEach(
        (token, id) -> {
          if (token instanceof String text && id instanceof Long number) {
            Optional<byte[]> spelled = byteLevel ? spelled(text) : single(text);
            spelled.filter(one -> !isText(one)).ifPresent(one -> fragments.bytes.put(number, one));
          }
        });
    return fragments;
  }

  /** The bytes of a token; empty when it is whole characters, or none. */
  Optional<byte[]> of(long token) {
    return Optional.ofNullable(bytes.get(token)).map(byte[]::clone);
  }

  private static Optional<byte[]> single(String token) {
    return token.matches("<0x[0-9A-F]{2}>")
        ? Optional.of(new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)})
        : Optional.empty();
  }

  private static Optional<byte[]> spelled(String token) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (char symbol : token.toCharArray()) {
      int value = Table.SYMBOLS.indexOf(symbol);
      if (value < 0) {
        return Optional.empty(); // an added token, which is spelled as it is
      }
      out.write(value);
    }
    return Optional.of(out.toByteArray());
  }

  private static boolean isText(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The character for each byte: itself where it can be printed, else one behind all bytes. */
  private static final class Table {
    static final String SYMBOLS = symbols();

    private static String symbols() {
      StringBuilder symbols = new StringBuilder();
      char next = 256;
      for (char value = 0; value < 256; value++) {
        boolean prints = value > ' ' && value < 127 || value > 160 && value != 173;
        symbols.append(prints ? value : next++);
      }
      return symbols.toString();
    }
  }
}
