package dev.steerc.cli.serve.ops;

import dev.steerc.cli.serve.http.Failures;
import dev.steerc.cli.serve.http.Visit;
import dev.steerc.problem.Problem;
import java.time.Duration;
import java.util.Set;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;

/**
 * Writes a line about each request when it is over, and counts it: those too that no address was
 * found for, or that were no HTTP at all.
 *
 * @param texts whether prompts and texts are logged
 */
public record AccessLog(Log log, Meters meters, boolean texts) implements RequestLog {
  private static final int HUNG_UP = 499; // as proxies call it

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

  @Override
  public void log(Request request, Response response) {
    Visit visit = Visit.of(request);
    Line line =
        new Line(
            visit,
            request.getMethod(),
            String.valueOf(request.getHttpURI().getPath()),
            status(visit, response),
            Duration.ofNanos(System.nanoTime() - request.getHeadersNanoTime()));
    count(line);
    log.request(line.status(), log.isJson() ? line.fields(texts) : line.words(texts));
  }

  /** Jetty answers what is no HTTP by another response than it tells of. */
  private static int status(Visit visit, Response response) {
    if (response.isCommitted()) {
      return response.getStatus();
    }
    return visit
        .status()
        .or(() -> visit.problem().map(problem -> Failures.status(problem.code())))
        .orElse(HUNG_UP);
  }

  private void count(Line line) {
    String method = METHODS.contains(line.method()) ? line.method() : "other";
    Visit visit = line.visit();
    meters.answered(method, visit.route().orElse("none"), line.status(), line.time());
    visit.problem().map(Problem::code).ifPresent(meters::failure);
  }
}
