package dev.steerc.trainer;

import dev.steerc.models.Gpt2.Config;
import dev.steerc.models.demo.DemoFiles;

/**
 * The sizes and the length of a training.
 *
 * @param tokens the largest batch, padding included
 * @param warmUp steps in which the rate rises from 0
 * @param coolDown last steps, in which it falls to 0
 */
record Recipe(Config config, int steps, int tokens, int warmUp, int coolDown, long seed) {
  /** The demo model: 1.1 million parameters. */
  static final Config DEMO =
      new Config(
          DemoFiles.LAYERS,
          DemoFiles.HIDDEN,
          DemoFiles.HEADS,
          DemoFiles.VOCABULARY,
          DemoFiles.CONTEXT);

  /** The demo model's training; the rate falls in its last tenth. */
  static Recipe demo(int steps, int tokens, long seed) {
    return new Recipe(DEMO, steps, tokens, 50, steps / 10, seed);
  }

  /** The part of the full rate at a step, counted from 0. */
  double part(int step) {
    double up = (step + 1.0) / Math.max(1, warmUp);
    double down = (steps - step) / (coolDown + 1.0);
    return Math.min(1, Math.min(up, down));
  }
}
