package dev.steerc.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/** The SHA-256 of whole files, in hexadecimal. */
public final class Sha256 {
  private static final int PIECE = 1 << 20;

  private Sha256() {}

  /**
   * What a file hashes to. One that was hashed before, and is unchanged since, is not read again.
   *
   * @throws IOException when it cannot be read
   * @throws dev.steerc.problem.SteercException when it changes meanwhile
   */
  public static String of(Path file) throws IOException {
    Instant now = Instant.now();
    Optional<Stamp> before = Stamp.of(file);
    Optional<String> known = before.flatMap(KnownHashes::find);
    if (known.isPresent()) {
      return known.get();
    }
    String hash = read(file);
    if (!Stamp.of(file).equals(before)) {
      throw Output.inputChanged(file);
    }
    before.filter(stamp -> stamp.isSettled(now)).ifPresent(stamp -> KnownHashes.keep(stamp, hash));
    return hash;
  }

  /**
   * Gives a file a further name by a hard link. That moves its time of change; what it hashes to
   * stays known.
   */
  public static void link(Path from, Path to) throws IOException {
    Optional<Stamp> before = Stamp.of(from);
    Optional<String> known = before.flatMap(KnownHashes::find);
    Files.createLink(to, from);
    Optional<Stamp> after = Stamp.of(to);
    if (known.isPresent() && after.isPresent() && after.get().isContentOf(before.get())) {
      KnownHashes.keep(after.get(), known.get());
    }
  }

  private static String read(Path file) throws IOException {
    MessageDigest digest = digest();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(piece.clear()) >= 0) {
        digest.update(piece.flip());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
