package dev.steerc.onnx;

import java.util.Random;

/** Randomness that a failed test can be run with again. */
public final class Seed {
  private static final String PROPERTY = "steerc.seed";

  private Seed() {}

  /** A random source, its seed printed and taken back with {@code -Dsteerc.seed=...}. */
  public static Random random(String test) {
    long seed = Long.getLong(PROPERTY, System.nanoTime());
    System.out.println(test + ": -D" + PROPERTY + "=" + seed);
    return new Random(seed);
  }
}
