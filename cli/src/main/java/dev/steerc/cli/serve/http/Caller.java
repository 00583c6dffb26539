package dev.steerc.cli.serve.http;

/**
 * Who sends a request.
 *
 * @param name tells callers apart, for fairness and the log; never a key
 */
public record Caller(String name, Role role) {
  private static final String ATTRIBUTE = "steerc.caller";

  /** Who sends this request; {@link Access} has found out. */
  public static Caller of(io.javalin.http.Context request) {
    Caller caller = request.attribute(ATTRIBUTE);
    if (caller == null) {
      throw new IllegalStateException("nobody has checked the request");
    }
    return caller;
  }

  void keep(io.javalin.http.Context request) {
    request.attribute(ATTRIBUTE, this);
  }
}
