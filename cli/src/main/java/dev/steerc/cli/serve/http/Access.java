package dev.steerc.cli.serve.http;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Who may do what. */
public final class Access {
  private static final String BEARER = "bearer ";

  private final Optional<Keys> keys;
  private final Origins origins;
  private final Limits limits;

  /**
   * Reads the keys.
   *
   * @param host the address to listen at
   * @param file the keys; empty where everybody who reaches the server may do everything
   * @param allowed the origins whose pages may use it
   * @param log hears of a later change of the file that cannot be read
   * @throws dev.steerc.problem.SteercException when others reach the server and there is no key
   */
  public Access(
      String host,
      Optional<Path> file,
      List<String> allowed,
      Limits limits,
      Consumer<Problem> log) {
    if (file.isEmpty() && !Addresses.isPrivate(host)) {
      throw Problem.of(Code.KEY_NEEDED, "`" + host + "` is not for this machine alone")
          .note("without keys everybody who reaches it may use the server and change its vectors")
          .help("pass --api-key-file FILE, or leave --host out")
          .exception();
    }
    this.limits = limits;
    this.keys = file.map(path -> new Keys(path, log));
    this.origins = new Origins(allowed, host, file.isEmpty());
  }

  /** What the operator should know of the file of keys. */
  public Optional<String> warning() {
    return keys.filter(Keys::isOpenToOthers)
        .map(k -> "every user of this machine can read the file of keys: chmod o-r it");
  }

  /** Looks at a request that may be for nothing that there is. */
  public void greet(Context request) {
    request.header("X-Request-Id", Visit.of(request).id());
    origins.check(request);
  }

  /** Checks a request before anything of it is read; finds out who sends it. */
  public void check(Context request) {
    Role needed = needed(request);
    Visit.of(request).goesTo(request.endpoints().matchedHttpEndpoint().path);
    Caller caller = caller(request);
    caller.keep(request);
    if (!caller.role().allows(needed)) {
      throw caller.role() == Role.ANYONE ? unknown(request) : notAllowed(needed);
    }
    boolean large = request.routeRoles().contains(Bodies.LARGE);
    checkLength(request, large ? limits.vectorBytes() : limits.bodyBytes());
  }

  private static Role needed(Context request) {
    for (RouteRole role : request.routeRoles()) {
      if (role instanceof Role needed) {
        return needed;
      }
    }
    throw Failures.noSuchPath().exception();
  }

  private Caller caller(Context request) {
    if (keys.isEmpty()) {
      return new Caller(request.ip(), Role.ADMIN);
    }
    return key(request)
        .flatMap(keys.get()::owner)
        .orElseGet(() -> new Caller(request.ip(), Role.ANYONE));
  }

  private static Optional<String> key(Context request) {
    return Optional.ofNullable(request.header("Authorization"))
        .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(header -> header.substring(BEARER.length()).strip());
  }

  private static RuntimeException unknown(Context request) {
    boolean none = request.header("Authorization") == null;
    return Problem.of(Code.BAD_API_KEY, none ? "there is no key" : "the key is not known here")
        .help("send `Authorization: Bearer KEY`")
        .exception();
  }

  private static RuntimeException notAllowed(Role needed) {
    return Problem.of(Code.NOT_ALLOWED, "the key is not of role " + needed.label())
        .help("use a key of role " + needed.label())
        .exception();
  }

  /** A request that says itself that it is too large is not even read. */
  private static void checkLength(Context request, int most) {
    if (request.req().getContentLengthLong() > most) {
      throw Failures.tooLarge(most).exception();
    }
  }
}
