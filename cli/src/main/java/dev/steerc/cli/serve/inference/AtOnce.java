package dev.steerc.cli.serve.inference;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.concurrent.Semaphore;

/** Lets so many in at once and sends the others away: they may come again. */
final class AtOnce {
  private final int most;
  private final String what;
  private final Semaphore free;

  /**
   * Nobody is in.
   *
   * @param what they are, as the problem of one too many calls them
   */
  AtOnce(int most, String what) {
    this.most = most;
    this.what = what;
    this.free = new Semaphore(most);
  }

  /** Something to be done. */
  interface Work<T, E extends Exception> {
    T run() throws E;
  }

  /**
   * Does something.
   *
   * @throws dev.steerc.problem.SteercException when as many do already
   */
  <T, E extends Exception> T run(Work<T, E> work) throws E {
    if (!free.tryAcquire()) {
      throw Problem.of(Code.OVERLOADED, most + " " + what + " are under way")
          .help("try again in a second")
          .exception();
    }
    try {
      return work.run();
    } finally {
      free.release();
    }
  }
}
