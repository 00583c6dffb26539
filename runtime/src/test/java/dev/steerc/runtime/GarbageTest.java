package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Decay;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a token leaves on the heap, by the counter of the virtual machine. */
@Timeout(60)
class GarbageTest {
  private static final int WIDTH = 24;

  @TempDir private Path folder;

  private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void tokenLeavesAFewKilobytes() {
    try (SteeredModel model = open()) {
      for (Sampling sampling : List.of(Sampling.GREEDY, Sampling.DEFAULT)) {
        assertThat(leastOf(model, 1, sampling, 0, false)).isBetween(1L, 8L << 10);
        assertThat(leastOf(model, 8, sampling, 0, false)).isBetween(1L, 16L << 10);
      }
    }
  }

  @Test
  void scoresOfTheVocabularyAreNeverLeft() {
    Sampling all = Sampling.DEFAULT.topK(0).topP(0.9).repetitionPenalty(1.1).presencePenalty(0.2);
    try (SteeredModel model = open()) {
      assertThat(leastOf(model, 1, all, 2, false)).isLessThan(12 << 10);
    }
  }

  @Test
  void changingStrengthsLeaveLittleMoreThanTheTensors() {
    try (SteeredModel model = open()) {
      long constant = leastOf(model, 4, Sampling.GREEDY, 0, false);
      long fading = leastOf(model, 4, Sampling.GREEDY, 0, true);
      int tensors = 4 * WIDTH * Float.BYTES * model.ports().steerable().size();
      assertThat(fading - constant).isLessThan(tensors + (16 << 10));
    }
  }

  private SteeredModel open() {
    return SteeredModel.open(
        TestModels.patched("withpast", folder, "0.resid_post:add", "1.resid_post:add"));
  }

  /** The fewest bytes of a step: classes that are loaded and code that is compiled aside. */
  private long leastOf(
      SteeredModel model, int rows, Sampling sampling, int logprobs, boolean fading) {
    long least = Long.MAX_VALUE;
    try (Session session =
        model.start(prompts(model, rows, sampling, logprobs, fading), Listener.NONE)) {
      boolean more = true;
      while (more) {
        long before = thread.getCurrentThreadAllocatedBytes();
        more = session.step();
        least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
      }
    }
    return least;
  }

  private static List<Prompt> prompts(
      SteeredModel model, int rows, Sampling sampling, int logprobs, boolean fading) {
    List<Prompt> prompts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int seed = row;
      float[] values = new float[WIDTH];
      values[row] = 0.1f;
      List<Term> terms = new ArrayList<>();
      for (Site site : model.ports().steerable()) {
        Term term = Term.of(Vector.of("v" + row, values), 1).at(site);
        terms.add(fading ? term.fading(Decay.halfLife(20)) : term);
      }
      prompts.add(
          Prompt.ofIds(5, 17, 60 + row)
              .steered(Steering.of(terms.toArray(Term[]::new)))
              .with(
                  settings ->
                      settings
                          .sampling(sampling.seed(seed))
                          .maxNewTokens(12)
                          .endTokens(Set.of())
                          .logprobs(logprobs)));
    }
    return prompts;
  }
}
