package dev.steerc.cli.serve.http;

import io.javalin.config.JettyConfig;
import java.time.Duration;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.LowResourceMonitor;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Jetty as this server needs it: what it takes of connections, headers and slow clients, how many
 * threads it has, and that all it says is in our words.
 *
 * @param host the address to listen at
 * @param port 0 takes a free one
 * @param log hears of every request when it is over
 */
record Jetty(String host, int port, Limits limits, RequestLog log) {
  private static final int CONNECTIONS = 4096;
  private static final int BACKLOG = 1024;
  private static final int HEADER_BYTES = 8 << 10;

  /**
   * Requests beyond those that run and wait which are let in, to be refused or to change vectors.
   */
  private static final int SPARE = 32;

  /** Threads for Jetty itself, and for what is answered at once. */
  private static final int THREADS = 32;

  /** Slower senders of a body are cut off, in bytes a second; a vector may come by a slow line. */
  private static final int SLOWEST = 512;

  /** How long the last bytes of answers may take when the server stops. */
  private static final Duration LAST_BYTES = Duration.ofSeconds(5);

  private static final Duration LAST_SILENCE = Duration.ofMillis(200);

  /** What every answer says to browsers. */
  private static final Map<String, String> SECURE =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin");

  /** Puts it into Javalin's configuration. */
  void configure(JettyConfig config) {
    config.threadPool = threads();
    config.modifyServer(this::change);
    config.modifyServletContextHandler(all -> all.setErrorHandler(new ErrorAnswers()));
    config.modifyHttpConfiguration(Jetty::change);
    config.addConnector(this::connector);
  }

  private int places() {
    return limits.batch() + limits.queue() + SPARE;
  }

  private QueuedThreadPool threads() {
    QueuedThreadPool threads = new QueuedThreadPool(places() + THREADS);
    threads.setName("http");
    return threads;
  }

  private void change(Server server) {
    // it would cut off silent clients as soon as many wait, which is nothing unusual here
    server.removeBean(server.getBean(LowResourceMonitor.class));
    server.addBean(new NetworkConnectionLimit(CONNECTIONS, server));
    server.setErrorHandler(new ErrorAnswers());
    server.setRequestLog(log);
    server.insertHandler(new MinimumDataRateHandler(SLOWEST, 0));
    server.insertHandler(new Places(places()));
    GracefulHandler graceful = new GracefulHandler();
    graceful.setShutdownIdleTimeout(LAST_SILENCE.toMillis());
    server.insertHandler(graceful);
    server.setStopTimeout(LAST_BYTES.toMillis());
  }

  private static void change(HttpConfiguration http) {
    http.setRequestHeaderSize(HEADER_BYTES);
    http.addCustomizer(Jetty::secure);
  }

  /** Adds what every answer says to browsers, whoever gives it. */
  static Request secure(Request request, HttpFields.Mutable answer) {
    SECURE.forEach(answer::put);
    return request;
  }

  private Connector connector(Server server, HttpConfiguration http) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    connector.setAcceptQueueSize(BACKLOG);
    connector.setIdleTimeout(limits.idleTime().toMillis());
    return connector;
  }
}
