package dev.steerc.runtime.learn;

import dev.steerc.runtime.format.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The choice of what is held out. It hangs on each item's own text and the seed alone, so that
 * neither the order of a file nor what else is in it moves a text to the other side.
 */
public final class Split {
  private Split() {}

  /**
   * The indices of the items that are held out. Equal keys are on one side. Of two different keys
   * or more, at least one is on each side when a share is asked for.
   *
   * @param keys what each item is, such as both texts of a pair
   * @param share how many of them are held out, from 0 to 1; of few keys it may be more or fewer
   */
  public static BitSet of(List<String> keys, double share, long seed) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share);
    }
    double[] places = keys.stream().mapToDouble(key -> place(key, seed)).toArray();
    double least = Arrays.stream(places).min().orElse(0);
    double limit = limit(least, Arrays.stream(places).max().orElse(1), share);
    BitSet heldOut = new BitSet();
    for (int i = 0; i < places.length; i++) {
      heldOut.set(i, places[i] < limit);
    }
    return heldOut;
  }

  /**
   * Below which {@link #place} an item is held out: the share, moved as little as leaves an item on
   * either side.
   *
   * @param least the smallest place of all items
   * @param most the largest
   */
  public static double limit(double least, double most, double share) {
    if (least == most || share == 0 || share == 1) {
      return least == most && share < 1 ? 0 : share;
    }
    return Math.max(Math.nextUp(least), Math.min(most, share));
  }

  /** A number from 0 to 1 that is all that a text's place depends on. */
  public static double place(String key, long seed) {
    MessageDigest digest = Digest.start();
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed));
    digest.update(key.getBytes(StandardCharsets.UTF_8));
    return (ByteBuffer.wrap(digest.digest()).getLong() >>> 11) * 0x1p-53;
  }
}
