package dev.steerc.cli.serve.openai;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Whoever waits for an answer, and may hang up. Nobody reads the connection while a request is
 * handled, so this looks from time to time whether it has ended.
 */
final class Client {
  /** How long a hang-up may go unnoticed. */
  static final Duration PATIENCE = Duration.ofMillis(500);

  private final EndPoint line;
  private long looked = System.nanoTime();
  private boolean sendsMore;

  private Client(EndPoint line) {
    this.line = line;
  }

  /** Who sent a request, whose body was read. */
  static Client of(Context request) {
    var jetty = ServletContextRequest.getServletContextRequest(request.req());
    return new Client(jetty.getConnectionMetaData().getConnection().getEndPoint());
  }

  /** Whether the client has hung up; it is looked no more often than has a use. */
  boolean isGone() {
    long now = System.nanoTime();
    if (sendsMore || now - looked < PATIENCE.toNanos()) {
      return false;
    }
    looked = now;
    try {
      ByteBuffer next = BufferUtil.allocate(1);
      int bytes = line.fill(next);
      if (bytes > 0) {
        giveBack(next);
      }
      return bytes < 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** The client has sent its next request already, and this is the first byte of it. */
  private void giveBack(ByteBuffer next) {
    sendsMore = true;
    if (line.getConnection() instanceof Connection.UpgradeTo connection) {
      connection.onUpgradeTo(next);
    } else {
      throw new IllegalStateException("the connection takes no byte back");
    }
  }
}
