package dev.steerc.spark.learn;

import dev.steerc.plan.Site;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Pooled;
import dev.steerc.runtime.capture.Reader;
import java.util.Arrays;
import java.util.List;

/** Texts that are in memory together, so that those of one length can run together. */
final class Window implements Reader.Taker {
  private final List<Site> sites;
  private final List<Told> texts;
  private final Taught[] done;

  Window(List<Site> sites, List<Told> texts) {
    this.sites = sites;
    this.texts = texts;
    this.done = new Taught[texts.size()];
  }

  @Override
  public void rows(int index, Pooled pooled) {
    done[index] = Taught.of(texts.get(index), sites, pooled);
  }

  @Override
  public void failed(int index, SteercException why) {
    throw why;
  }

  /** What became of the texts, in their order. */
  List<Taught> done() {
    return Arrays.asList(done);
  }

  /** How many tokens were run. */
  long tokens() {
    return Arrays.stream(done).mapToLong(Taught::tokens).sum();
  }
}
