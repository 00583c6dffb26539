package dev.steerc.models.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;

/** A server's answer whose body is read as it comes; a silent server ends it. */
final class Answer implements AutoCloseable {
  private final HttpResponse<InputStream> response;
  private final HttpHeaders hub;
  private final Duration silence;
  private final Timer timer = new Timer("steerc-silence", true);
  private volatile long heard = System.nanoTime();
  private volatile boolean silent;

  /**
   * An answer.
   *
   * @param hub the headers of the hub's own answer, which may have been a redirect
   */
  Answer(HttpResponse<InputStream> response, HttpHeaders hub, Duration silence) {
    this.response = response;
    this.hub = hub;
    this.silence = silence;
    long period = Math.max(1, silence.toMillis() / 4);
    timer.schedule(new Watch(), period, period);
  }

  int status() {
    return response.statusCode();
  }

  Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  /** A header of the hub itself, wherever it redirected to. */
  Optional<String> hubHeader(String name) {
    return hub.firstValue(name);
  }

  /** Fills the buffer up to its limit as far as bytes are there; -1 at the end. */
  int read(ByteBuffer buffer) throws IOException {
    try {
      int count = response.body().read(buffer.array(), buffer.position(), buffer.remaining());
      heard = System.nanoTime();
      if (count >= 0 || !silent) {
        buffer.position(buffer.position() + Math.max(0, count));
        return count;
      }
    } catch (IOException e) {
      if (!silent) {
        throw e;
      }
    }
    throw new HttpTimeoutException("nothing came for " + silence.toSeconds() + " s");
  }

  @Override
  public void close() throws IOException {
    timer.cancel();
    response.body().close();
  }

  /** Closes the body when nothing came for too long: a read would wait for ever. */
  private final class Watch extends TimerTask {
    @Override
    public void run() {
      if (System.nanoTime() - heard > silence.toNanos()) {
        silent = true;
        try {
          response.body().close();
        } catch (IOException e) {
          // the reader finds out by itself
        }
      }
    }
  }
}
