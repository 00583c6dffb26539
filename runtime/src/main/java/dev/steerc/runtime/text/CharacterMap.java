package dev.steerc.runtime.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's table of character replacements: a double-array trie from bytes to places in a
 * text. The library follows it without looking where it leads.
 *
 * <p>Source: darts-clone's layout of a unit, and SentencePiece's of the table.
 */
final class CharacterMap {
  private final int[] units;
  private final byte[] text;

  private CharacterMap(int[] units, byte[] text) {
    this.units = units;
    this.text = text;
  }

  /** Whether every walk through the table of this Base64 text stays inside it. */
  static boolean isSound(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
      ByteBuffer table = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      long size = table.remaining() < 4 ? -1 : table.getInt() & 0xffffffffL;
      if (size < 4 || size % 4 != 0 || size > table.remaining()) {
        return false;
      }
      int[] units = new int[(int) size / 4];
      table.asIntBuffer().get(units);
      table.position(table.position() + (int) size);
      byte[] text = new byte[table.remaining()];
      table.get(text);
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return new CharacterMap(units, text).isSound();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return false;
    }
  }

  private boolean isSound() {
    BitSet seen = new BitSet();
    Deque<Integer> nodes = new ArrayDeque<>();
    nodes.add(offset(units[0]));
    while (!nodes.isEmpty()) {
      int node = nodes.remove();
      for (int label = 1; label < 256; label++) {
        int child = node ^ label;
        if (child >= units.length) {
          return false;
        }
        if ((units[child] & 0x800000ff) == label && !seen.get(child)) {
          seen.set(child);
          int next = child ^ offset(units[child]);
          boolean hasLeaf = (units[child] >>> 8 & 1) == 1;
          if (hasLeaf && (next >= units.length || !isPlace(units[next] & 0x7fffffff))) {
            return false;
          }
          nodes.add(next);
        }
      }
    }
    return true;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 0x200) >>> 6);
  }

  /** Whether a character of the text begins at that byte. */
  private boolean isPlace(int at) {
    return at == text.length || at < text.length && text[at] >> 6 != -2;
  }
}
