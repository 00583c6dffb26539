package dev.steerc.models.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The hashes of a file's bytes as they pass by. */
final class Digests {
  private static final int CHUNK = 1 << 18;

  private final Checksum expected;
  private final MessageDigest checked;
  private final MessageDigest sha256;

  Digests(HubFile file) {
    expected = file.checksum();
    checked = expected.start(file.size());
    sha256 = expected.kind() == Checksum.Kind.SHA256 ? checked : Checksum.digest("SHA-256");
  }

  void update(ByteBuffer bytes) {
    if (sha256 != checked) {
      sha256.update(bytes.duplicate());
    }
    checked.update(bytes.duplicate());
  }

  /** Takes all that a channel gives in; returns how much that was. */
  long updateAll(ReadableByteChannel channel) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    long all = 0;
    while (channel.read(chunk) >= 0) {
      update(chunk.flip());
      all += chunk.limit();
      chunk.clear();
    }
    return all;
  }

  /** The verdict over all bytes; ends the digests. */
  Result finish() {
    byte[] bytes = checked.digest();
    String hex = HexFormat.of().formatHex(bytes);
    String sha = sha256 == checked ? hex : HexFormat.of().formatHex(sha256.digest());
    return new Result(hex.equals(expected.hex()), hex, sha);
  }

  /**
   * What the bytes hash to.
   *
   * @param matches whether that is what was announced
   * @param hex the hash of the kind that was announced
   */
  record Result(boolean matches, String hex, String sha256) {}
}
