package dev.steerc.cli.serve.http;

import io.javalin.http.Context;

/**
 * Who sends a request.
 *
 * @param name tells callers apart, for fairness and the log; never a key
 */
public record Caller(String name, Role role) {

  /** Who sends this request; {@link Access} has found out. */
  public static Caller of(Context request) {
    return Visit.of(request)
        .caller()
        .orElseThrow(() -> new IllegalStateException("nobody has checked the request"));
  }

  void keep(Context request) {
    Visit.of(request).comesFrom(this);
  }
}
