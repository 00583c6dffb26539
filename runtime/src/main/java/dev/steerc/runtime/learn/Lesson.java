package dev.steerc.runtime.learn;

/**
 * How to learn.
 *
 * @param heldOut the share of the texts that nothing is learned from and that judge what was
 *     learned, 0 or more and less than 1; with 0, what it was learned from judges it
 * @param seed what chance begins from; the same gives the same bytes
 */
public record Lesson(Method method, double heldOut, long seed) {

  public Lesson {
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw new IllegalArgumentException("held out: " + heldOut);
    }
  }

  /** The usual way: a fifth of the texts judges. */
  public static Lesson of(Method method) {
    return new Lesson(method, 0.2, 1);
  }
}
