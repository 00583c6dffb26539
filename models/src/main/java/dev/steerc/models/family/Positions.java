package dev.steerc.models.family;

/**
 * How a decoder knows where a token stands.
 *
 * @param width how many numbers of a head are rotated
 * @param interleaved whether neighbours are rotated together, and not the two halves
 * @param base the wavelength grows to 2π · base
 * @param offset of the rows in a table of learned positions
 */
public record Positions(Kind kind, int width, boolean interleaved, double base, int offset) {
  /** The kinds there are. */
  public enum Kind {
    LEARNED,
    /** arXiv 2104.09864. */
    ROTARY,
    /** arXiv 2108.12409. */
    ALIBI,
    NONE
  }

  /** The rows of a table of learned positions, without the offset. */
  public static final int ROWS = 32;

  static Positions learned(int offset) {
    return new Positions(Kind.LEARNED, 0, false, 0, offset);
  }

  static Positions rotary(int width) {
    return new Positions(Kind.ROTARY, width, false, 100, 0);
  }

  static Positions interleaved(int width) {
    return new Positions(Kind.ROTARY, width, true, 100, 0);
  }

  static Positions alibi() {
    return new Positions(Kind.ALIBI, 0, false, 0, 0);
  }

  boolean is(Kind other) {
    return kind == other;
  }
}
