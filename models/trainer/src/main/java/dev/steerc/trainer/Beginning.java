package dev.steerc.trainer;

import dev.steerc.models.Gpt2;
import dev.steerc.models.Gpt2.Block;
import dev.steerc.models.Gpt2.Config;
import dev.steerc.models.Gpt2.Linear;
import dev.steerc.models.Gpt2.Norm;
import dev.steerc.models.Weight;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The weights that a training begins with: every branch adds nothing to the stream. */
record Beginning(Config config, SplittableRandom seeds) {
  private static final double EMBEDDING = 0.02;
  private static final double HIDDEN = 0.5;

  static Gpt2 of(Config config, long seed) {
    return new Beginning(config, new SplittableRandom(seed)).model();
  }

  private Gpt2 model() {
    int hidden = config.hidden();
    return new Gpt2(
        config,
        Weight.of(0, EMBEDDING, seeds.nextLong(), config.vocab(), hidden),
        Weight.of(0, EMBEDDING, seeds.nextLong(), config.positions(), hidden),
        IntStream.range(0, config.blocks()).mapToObj(i -> block()).toList(),
        norm());
  }

  private Block block() {
    int hidden = config.hidden();
    return new Block(
        norm(),
        reading(hidden, 3 * hidden),
        writing(hidden, hidden),
        norm(),
        reading(hidden, config.inner()),
        writing(config.inner(), hidden));
  }

  private Norm norm() {
    float[] ones = new float[config.hidden()];
    Arrays.fill(ones, 1);
    return new Norm(Weight.given(ones, ones.length), zeros(ones.length));
  }

  private Linear reading(int in, int out) {
    return new Linear(Weight.of(0, HIDDEN / Math.sqrt(in), seeds.nextLong(), in, out), zeros(out));
  }

  private static Linear writing(int in, int out) {
    return new Linear(Weight.given(new float[in * out], in, out), zeros(out));
  }

  private static Weight zeros(int size) {
    return Weight.given(new float[size], size);
  }
}
