package dev.steerc.trainer;

import dev.steerc.models.Gpt2.Config;
import dev.steerc.models.demo.DemoFiles;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sizes and the length of a training.
 *
 * @param tokens the largest batch, padding included
 * @param warmUp steps in which the rate rises from 0
 * @param coolDown last steps, in which it falls to 0
 */
record Recipe(Config config, int steps, int tokens, int warmUp, int coolDown, long seed) {
  private static final int WARM_UP = 50;

  /** The demo model's training; the rate falls over its last two fifths. */
  static Recipe demo(int vocabulary, int steps, int tokens, long seed) {
    Config config =
        new Config(
            DemoFiles.LAYERS, DemoFiles.HIDDEN, DemoFiles.HEADS, vocabulary, DemoFiles.CONTEXT);
    return new Recipe(config, steps, tokens, WARM_UP, steps * 2 / 5, seed);
  }

  /** The part of the full rate at a step, counted from 0. */
  double part(int step) {
    double up = (step + 1.0) / Math.max(1, warmUp);
    double down = (steps - step) / (coolDown + 1.0);
    return Math.min(1, Math.min(up, down));
  }

  /** All that it fixes, by the names that messages use. */
  Map<String, String> facts() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("blocks", config.blocks());
    all.put("hidden", config.hidden());
    all.put("heads", config.heads());
    all.put("vocabulary", config.vocab());
    all.put("positions", config.positions());
    all.put("steps", steps);
    all.put("tokens", tokens);
    all.put("warm-up", warmUp);
    all.put("cool-down", coolDown);
    all.put("seed", seed);
    Map<String, String> facts = new LinkedHashMap<>();
    all.forEach((name, value) -> facts.put(name, value.toString()));
    return facts;
  }
}
