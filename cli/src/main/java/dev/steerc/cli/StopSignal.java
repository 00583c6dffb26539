package dev.steerc.cli;

import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;

/**
 * Waits for Ctrl-C or SIGTERM, so that the program ends by itself and with its own exit code. The
 * second one ends it at once.
 */
final class StopSignal {
  private static final int TERMINATED = 143;

  private final CountDownLatch stop = new CountDownLatch(1);

  private StopSignal() {}

  /** From here on signals count. */
  static StopSignal install() {
    StopSignal signal = new StopSignal();
    Signals.register("INT", signal::arrived);
    Signals.register("TERM", signal::arrived);
    return signal;
  }

  private void arrived() {
    if (stop.getCount() == 0) {
      Runtime.getRuntime().halt(TERMINATED);
    }
    stop.countDown();
  }

  /** Whether the first was there. */
  boolean hasArrived() {
    return stop.getCount() == 0;
  }

  /** Waits for the first. */
  void await() {
    try {
      stop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
