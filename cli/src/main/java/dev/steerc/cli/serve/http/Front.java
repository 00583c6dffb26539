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
import java.util.List;
import java.util.function.Consumer;
import kotlin.LazyKt;
import org.eclipse.jetty.server.RequestLog;

/**
 * What stands before all addresses: each has a role, and whatever fails is answered in our words.
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
    new Jetty(host, port, limits, log).configure(config.jetty);
  }

  private static ServletEntry plain(JavalinConfig config) {
    return new ServletEntry(null, new JavalinServlet(config.unsafe));
  }
}
