package dev.steerc.cli.serve.http;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Keeps some threads free for health and metrics: each request that brings something may hold a
 * thread until it is answered, so only so many are let in.
 */
final class Places extends Handler.Wrapper {
  private final Semaphore free;

  Places(int places) {
    free = new Semaphore(places);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod())) {
      return super.handle(request, response, callback);
    }
    if (!free.tryAcquire()) {
      Problem problem =
          Problem.of(Code.OVERLOADED, "too many requests are under way")
              .help("try again in a second");
      ErrorAnswers.write(request, response, callback, Failures.status(problem.code()), problem);
      return true;
    }
    Request.addCompletionListener(request, failure -> free.release());
    return super.handle(request, response, callback);
  }
}
