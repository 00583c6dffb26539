package dev.steerc.cli.serve.vectors;

import java.time.Duration;
import java.util.function.Consumer;

/** Looks at something once a second on a thread of its own, until it is closed. */
final class Watch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Runnable look;
  private final Consumer<RuntimeException> mistakes;
  private boolean closed;

  /**
   * Begins to look, a pause from now.
   *
   * @param mistakes hears of what a look throws, which does not end the watch
   */
  Watch(Runnable look, Consumer<RuntimeException> mistakes) {
    this.look = look;
    this.mistakes = mistakes;
    Thread thread = new Thread(this::run, "vectors");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (pause()) {
      try {
        look.run();
      } catch (RuntimeException e) {
        mistakes.accept(e);
      }
    }
  }

  private synchronized boolean pause() {
    try {
      if (!closed) {
        wait(PAUSE.toMillis());
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
