package dev.steerc.cli.serve.http;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.List;
import java.util.Locale;

/**
 * Keeps the pages of other sites out: a browser sends their requests from the user's machine, with
 * all that it may reach. Those that are allowed get what CORS asks for.
 *
 * @param allowed origins such as {@code https://example.org}, or {@code *} for all
 * @param bound the host to listen at
 * @param checksHost whether the name that a request calls the server by has to be its own: without
 *     keys a stranger's name that was made to stand for this machine would be enough
 */
record Origins(List<String> allowed, String bound, boolean checksHost) {
  private static final String ANY = "*";
  private static final String ORIGIN =
      "https?://[a-z0-9.-]+(:\\d{1,5})?|https?://\\[[0-9a-f:]+](:\\d{1,5})?";

  Origins {
    allowed = List.copyOf(allowed);
    for (String origin : allowed) {
      if (!origin.equals(ANY) && !origin.matches(ORIGIN)) {
        throw Problem.of(Code.USAGE, "`--cors " + origin + "` is no origin")
            .help("pass scheme, host and port as the browser has them: https://example.org")
            .exception();
      }
    }
    if (checksHost && allowed.contains(ANY)) {
      throw Problem.of(Code.KEY_NEEDED, "`--cors *` without keys lets every page on the web in")
          .help("pass --api-key-file, or name the origins")
          .exception();
    }
  }

  /**
   * Lets a request in or refuses it, and answers a browser that asks beforehand.
   *
   * @throws dev.steerc.problem.SteercException when another site sends it
   */
  void check(Context request) {
    String host = request.header("Host");
    if (checksHost && host != null && !isOwn(Addresses.host(host))) {
      throw refused("the server is not called `" + Addresses.host(host) + "`")
          .help("use its address, or start it with --api-key-file")
          .exception();
    }
    String origin = request.header("Origin");
    if (origin == null || isSame(origin, host)) {
      return;
    }
    if (!allowed.contains(ANY) && !allowed.contains(origin)) {
      throw refused("pages of `" + origin + "` may not use this server")
          .help("start it with --cors " + (origin.matches(ORIGIN) ? origin : "ORIGIN"))
          .exception();
    }
    allow(request, origin);
  }

  private static Problem refused(String what) {
    return Problem.of(Code.NOT_ALLOWED, what);
  }

  private boolean isOwn(String host) {
    return Addresses.isOwn(host) || host.equals(bound.toLowerCase(Locale.ROOT));
  }

  /** Whether the server's own page asks; a proxy before it may have taken care of TLS. */
  private static boolean isSame(String origin, String host) {
    return host != null
        && (origin.equalsIgnoreCase("http://" + host)
            || origin.equalsIgnoreCase("https://" + host));
  }

  private static void allow(Context request, String origin) {
    request.header("Access-Control-Allow-Origin", origin);
    request.header("Vary", "Origin");
    request.header("Access-Control-Expose-Headers", "Retry-After, X-Request-Id");
    boolean asks = request.header("Access-Control-Request-Method") != null;
    if (request.method() == HandlerType.OPTIONS && asks) {
      preflight(request);
    }
  }

  private static void preflight(Context request) {
    request.header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
    request.header("Access-Control-Max-Age", "600");
    String headers = request.header("Access-Control-Request-Headers");
    if (headers != null) {
      request.header("Access-Control-Allow-Headers", headers);
    }
    request.status(204).skipRemainingHandlers();
  }
}
