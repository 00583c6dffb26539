package dev.steerc.trainer;

import dev.steerc.models.Gpt2.Config;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A training of seconds: counting, with some restarts. */
final class Toy {
  static final Config SIZES = new Config(2, 24, 3, 64, 16);
  static final Recipe RECIPE = new Recipe(SIZES, 20, 128, 3, 5, 7);
  static final int END = SIZES.vocab() - 1;

  static final PrintStream SILENCE =
      new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  private Toy() {}

  static Batches batches() {
    return batches(documents());
  }

  static Lessons lessons() {
    return new Lessons(batches(), batches().epoch(9), Map.of("corpus", "counting"));
  }

  static Batches batches(List<int[]> documents) {
    return new Batches(documents, END, SIZES.positions(), RECIPE.tokens(), RECIPE.seed());
  }

  /** Documents in which every token is one more than the token before. */
  static List<int[]> documents() {
    Random random = new Random(1);
    return IntStream.range(0, 60)
        .mapToObj(i -> IntStream.range(0, 4 + random.nextInt(20)))
        .map(range -> range.map(i -> (i + 5) % END).toArray())
        .toList();
  }
}
