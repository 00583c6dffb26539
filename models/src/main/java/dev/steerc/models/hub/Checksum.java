package dev.steerc.models.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What the bytes of a file have to hash to.
 *
 * @param kind SHA-256 of the bytes, for large files, or git's name for them, for small ones
 */
record Checksum(Kind kind, String hex) {
  enum Kind {
    SHA256("SHA-256", 64),
    GIT_BLOB("SHA-1", 40);

    private final String algorithm;
    private final int digits;

    Kind(String algorithm, int digits) {
      this.algorithm = algorithm;
      this.digits = digits;
    }
  }

  /** Whether the text has the form of such a hash at all. */
  boolean isPlausible() {
    return hex.matches("[0-9a-f]{" + kind.digits + "}");
  }

  /** A digest that has seen what git puts before the bytes of a file. */
  MessageDigest start(long size) {
    MessageDigest digest = digest(kind.algorithm);
    if (kind == Kind.GIT_BLOB) {
      digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    return digest;
  }

  static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has both
    }
  }
}
