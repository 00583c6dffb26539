package dev.steerc.cli.serve.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.http.servlet.ServletEntry;
import io.javalin.router.ParsedEndpoint;
import io.javalin.security.Roles;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import kotlin.LazyKt;
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
 * @param mistakes hears of what the server did not expect
 */
public record Front(
    String host,
    int port,
    Limits limits,
    Access access,
    RequestLog log,
    Consumer<Throwable> mistakes) {
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

  /** A server with some addresses, which has not started. */
  public Javalin with(List<Routes> all) {
    return Javalin.create(
        config -> {
          configure(config);
          addTo(config.routes);
          all.forEach(routes -> routes.addTo(config.routes));
          config.unsafe.internalRouter.allHttpHandlers().forEach(Front::checkRole);
        });
  }

  private void addTo(RoutesConfig routes) {
    routes.before(access::greet);
    routes.beforeMatched(access::check);
    routes.exception(Exception.class, this::fail);
    routes.exception(HttpResponseException.class, this::fail); // which Javalin answers itself
    routes.error(408, Front::late);
  }

  private static void checkRole(ParsedEndpoint route) {
    Roles roles = route.endpoint.metadata(Roles.class);
    boolean isChecked = roles != null && roles.getRoles().stream().anyMatch(Role.class::isInstance);
    if (route.endpoint.method.isHttpMethod() && !isChecked) {
      throw new IllegalStateException(route.endpoint.path + " is nobody's: it has no role");
    }
  }

  private void fail(Exception e, Context request) {
    if (Failures.isUnexpected(e)) {
      mistakes.accept(e);
    }
    Failures.answer(request, e);
  }

  /** What no exception handler sees, such as a stack that overflows. */
  private void fail(HttpServletResponse answer, Error e) {
    mistakes.accept(e);
    try {
      if (!answer.isCommitted()) {
        answer.setStatus(500);
        answer.setContentType(Failures.JSON);
        answer.getWriter().write(Failures.text("", Failures.problem(500, null)));
      }
    } catch (IOException gone) {
      mistakes.accept(gone);
    }
  }

  /** Jetty has waited long enough for the rest of a body. */
  private static void late(Context request) {
    if (Visit.of(request).problem().isEmpty()) {
      Failures.answer(request, 408, Failures.problem(408, null));
    }
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.maxRequestSize = limits.bodyBytes();
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE; // it would hold back streams
    config.unsafe.servlet = LazyKt.lazy(() -> plain(config)); // without WebSockets
    config.router.javaLangErrorHandler(this::fail);
    config.jetty.threadPool = threads();
    config.jetty.modifyServer(this::change);
    config.jetty.modifyServletContextHandler(all -> all.setErrorHandler(new ErrorAnswers()));
    config.jetty.modifyHttpConfiguration(this::change);
    config.jetty.addConnector(this::connector);
  }

  private static ServletEntry plain(JavalinConfig config) {
    return new ServletEntry(null, new JavalinServlet(config.unsafe));
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

  private void change(HttpConfiguration http) {
    http.setRequestHeaderSize(HEADER_BYTES);
    http.addCustomizer(Front::secure);
  }

  /** What every answer says to browsers, whoever gives it. */
  static Request secure(Request request, HttpFields.Mutable answer) {
    Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin")
        .forEach(answer::put);
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
