package dev.steerc.runtime.bulk;

import dev.steerc.runtime.format.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The seed of each row, derived from the seed of the job and what the row says by SHA-256, so that
 * it is the same wherever and however often the row is run. Two rows that say the same get the same
 * text, unless their ids differ.
 */
final class Seeds {
  /** Numbers of so many bits are exact in any JSON reader. */
  private static final int BITS = 53;

  private Seeds() {}

  static long of(long job, Task task) {
    if (task.seed().isPresent()) {
      return task.seed().getAsLong();
    }
    MessageDigest digest = Digest.start();
    put(digest, job);
    put(digest, task.id().isPresent() ? 1 : 0);
    task.id().ifPresent(id -> put(digest, id));
    put(digest, task.prompt().ids().isPresent() ? 1 : 0);
    task.prompt().text().ifPresent(text -> put(digest, text));
    task.prompt().ids().ifPresent(ids -> put(digest, ids));
    put(digest, task.steer().size());
    task.steer().forEach(text -> put(digest, text));
    return ByteBuffer.wrap(digest.digest()).getLong() >>> Long.SIZE - BITS;
  }

  private static void put(MessageDigest digest, long number) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
  }

  /** With its length in front: what follows cannot be taken for a part of it. */
  private static void put(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    put(digest, bytes.length);
    digest.update(bytes);
  }

  private static void put(MessageDigest digest, long[] ids) {
    put(digest, ids.length);
    for (long id : ids) {
      put(digest, id);
    }
  }
}
