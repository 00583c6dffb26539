package dev.steerc.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** The SHA-256 of a file or of texts. */
final class Digest {
  private Digest() {}

  /** What identifies a model with its weights; the compiler's fingerprint leaves those out. */
  static String of(Path file) {
    MessageDigest digest = sha256();
    try {
      digest.update(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text(digest);
  }

  static String of(String text) {
    return of(Stream.of(text));
  }

  /** Of texts in their order, each with its end. */
  static String of(Stream<String> texts) {
    MessageDigest digest = sha256();
    texts.forEachOrdered(
        text -> {
          digest.update(text.getBytes(UTF_8));
          digest.update((byte) 0);
        });
    return text(digest);
  }

  private static String text(MessageDigest digest) {
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
