package dev.steerc.models.corpus;

import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The documents that the demo model is trained on, or is judged by where the seed is another. */
public final class Corpus {
  private Corpus() {}

  /**
   * So many documents: half of them stories, a fifth letters, the others questions and answers.
   *
   * @param seed the same seed gives the same documents, whatever the count
   */
  public static Stream<Document> documents(long seed, int count) {
    return LongStream.range(0, count).mapToObj(n -> draft(Draws.seed(seed, n)).document());
  }

  private static Draft draft(long seed) {
    int part = new Draws(seed).below("kind", 100);
    return part < 50 ? Story.drawn(seed) : part < 70 ? Letter.drawn(seed) : Answer.drawn(seed);
  }
}
