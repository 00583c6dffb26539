package dev.steerc.cli.serve.http;

import dev.steerc.problem.Problem;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what Jetty refuses by itself, such as bytes that are no HTTP, as all else is answered.
 */
final class ErrorAnswers implements Request.Handler {

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Problem problem =
        Visit.of(request).problem().orElseGet(() -> Failures.problem(status, reason(request)));
    // a version that is unknown is the client's mistake, and no alarm
    boolean isAlarm = status >= 500;
    write(request, response, callback, isAlarm ? Failures.status(problem.code()) : status, problem);
    return true;
  }

  private static String reason(Request request) {
    return request.getAttribute(ErrorHandler.ERROR_MESSAGE) instanceof String reason
        ? reason
        : null;
  }

  /** Answers a request that Javalin does not see. */
  static void write(
      Request request, Response response, Callback callback, int status, Problem problem) {
    Visit visit = Visit.of(request);
    visit.failed(problem);
    visit.answeredBy(status);
    Jetty.secure(request, response.getHeaders()); // which Jetty does only for what it could read
    Failures.headers(status).forEach(response.getHeaders()::put);
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Failures.JSON);
    String path = String.valueOf(request.getHttpURI().getPath());
    Content.Sink.write(response, true, Failures.text(path, problem), callback);
  }
}
