package dev.steerc.runtime.learn;

/**
 * How to learn.
 *
 * @param form how what is learned is used
 * @param heldOut the share of the texts that nothing is learned from and that judge what was
 *     learned, 0 or more and less than 1; with 0, what it was learned from judges it
 * @param seed what chance begins from; the same gives the same bytes
 */
public record Lesson(Method method, Form form, double heldOut, long seed) {

  public Lesson {
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw new IllegalArgumentException("held out: " + heldOut);
    }
    if (method == Method.LEACE && form != Form.ADD) {
      throw new IllegalArgumentException("an eraser is used as it is");
    }
  }

  /** The usual way: a fifth of the texts judges, and the direction is added. */
  public static Lesson of(Method method) {
    return new Lesson(method, Form.ADD, 0.2, 1);
  }
}
