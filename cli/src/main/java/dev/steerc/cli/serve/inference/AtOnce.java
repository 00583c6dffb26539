package dev.steerc.cli.serve.inference;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Lets so many runs in at once and sends the others away: they may come again. */
final class AtOnce {
  private final int most;
  private final Semaphore free;

  AtOnce(int most) {
    this.most = most;
    this.free = new Semaphore(most);
  }

  /**
   * Does something.
   *
   * @throws dev.steerc.problem.SteercException when as many do already
   */
  <T> T run(Supplier<T> work) {
    if (!free.tryAcquire()) {
      throw Problem.of(Code.OVERLOADED, most + " runs of the graph are under way")
          .help("try again in a second")
          .exception();
    }
    try {
      return work.get();
    } finally {
      free.release();
    }
  }
}
