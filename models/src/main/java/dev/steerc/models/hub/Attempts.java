package dev.steerc.models.hub;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.function.BiConsumer;

/** The tries at one piece of work: waits between them, and gives up in the end. */
final class Attempts {
  private final Patience patience;
  private final URI where;
  private final BiConsumer<String, Duration> listener;
  private int failures;
  private long furthest;
  private Duration waited = Duration.ZERO;

  Attempts(Patience patience, URI where, BiConsumer<String, Duration> listener) {
    this.patience = patience;
    this.where = where;
    this.listener = listener;
  }

  /**
   * Counts from the start again when a try came further than any before it: a large file may take
   * more broken connections than one waits for in vain.
   *
   * @param step the least that counts as coming further, so that this has an end
   */
  void reached(long position, long step) {
    if (position >= furthest + step) {
      furthest = position;
      failures = 0;
    }
  }

  /** Waits before the next try, or throws when there is to be none. */
  void failed(IOException cause) {
    failures++;
    Duration pause = patience.pauseAfter(failures);
    if (cause instanceof BadStatus bad && bad.waiting().isPresent()) {
      pause = max(pause, bad.waiting().get());
      waited = waited.plus(pause);
      if (waited.compareTo(patience.limit()) > 0) {
        throw limited(bad, pause);
      }
    }
    if (failures >= patience.tries()) {
      throw cause instanceof BadStatus bad && bad.asksForFewer()
          ? limited(bad, pause)
          : gaveUp(cause);
    }
    listener.accept(reason(cause), pause);
    sleep(pause);
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(where);
    }
  }

  private SteercException limited(BadStatus bad, Duration pause) {
    String what =
        bad.asksForFewer() ? "the hub asks for fewer requests" : "the hub is not available";
    Problem problem = Problem.of(Code.DOWNLOAD_LIMITED, what).at(where);
    String help =
        bad.waiting().isPresent()
            ? "wait " + pause.toSeconds() + " s, then run it again; what arrived is kept"
            : "wait some minutes, then run it again; what arrived is kept";
    return new SteercException(problem.note(bad.getMessage()).help(help), bad);
  }

  private SteercException gaveUp(IOException cause) {
    return new SteercException(
        Problem.of(Code.DOWNLOAD_FAILED, "the download broke off")
            .at(where)
            .note(reason(cause))
            .note("no try of " + failures + " got further")
            .help("check the connection and run it again: it goes on where it stopped"),
        cause);
  }

  static SteercException interrupted(URI where) {
    return Problem.of(Code.DOWNLOAD_FAILED, "the download was interrupted")
        .at(where)
        .help("run it again: it goes on where it stopped")
        .exception();
  }

  private String reason(IOException cause) {
    if (cause instanceof HttpTimeoutException) {
      return "nothing came for " + patience.silence().toSeconds() + " s";
    }
    if (cause instanceof ConnectException) {
      return "no connection to " + where.getHost();
    }
    Throwable root = cause;
    while (root.getCause() instanceof IOException) {
      root = root.getCause(); // Java's client says no more than `closed` at the top
    }
    String message = root.getMessage();
    return message == null ? root.getClass().getSimpleName() : message;
  }
}
