package dev.steerc.cli.serve.http;

import io.javalin.http.Context;

/** Who may do what. */
public final class Access {

  /** Checks a request before anything of it is read; finds out who sends it. */
  public void check(Context request) {
    new Caller(request.ip(), Role.ADMIN).keep(request);
  }
}
