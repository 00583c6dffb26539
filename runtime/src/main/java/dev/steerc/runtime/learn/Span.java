package dev.steerc.runtime.learn;

/** Which tokens of the two texts of a {@link Contrast} count. */
public enum Span {
  /** The last one. */
  LAST {
    @Override
    int from(long[] own, long[] twin) {
      return own.length - 1;
    }
  },
  /** Those behind what both texts begin with; the last one where none is. */
  BEHIND {
    @Override
    int from(long[] own, long[] twin) {
      int from = 0;
      while (from < own.length - 1 && from < twin.length && own[from] == twin[from]) {
        from++;
      }
      return from;
    }
  },
  /** All of them. The first token's activation is far longer than others in most models. */
  ALL {
    @Override
    int from(long[] own, long[] twin) {
      return 0;
    }
  };

  /** The first token of a text that counts, and all behind it do. */
  abstract int from(long[] own, long[] twin);
}
