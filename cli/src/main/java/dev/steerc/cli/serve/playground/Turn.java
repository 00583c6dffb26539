package dev.steerc.cli.serve.playground;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Lets one at a time run beside the batch; a few wait, none of them long. */
final class Turn {
  private final Semaphore free = new Semaphore(1, true);
  private final int waiting;
  private final Duration atMost;

  /**
   * A turn that nobody has.
   *
   * @param waiting how many may wait for it
   * @param atMost how long
   */
  Turn(int waiting, Duration atMost) {
    this.waiting = waiting;
    this.atMost = atMost;
  }

  /**
   * Does something alone.
   *
   * @throws dev.steerc.problem.SteercException when too many wait, or it took the others too long
   */
  <T> T take(Supplier<T> work) throws InterruptedException {
    boolean full = free.getQueueLength() >= waiting;
    if (full || !free.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw Problem.of(Code.OVERLOADED, "other texts are being looked at")
          .note("one is at a time, beside what is generated")
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
