package dev.steerc.cli.serve.http;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpException;

/** Problems as clients of the API see them: a status, and a body in OpenAI's shape. */
public final class Failures {
  static final String JSON = "application/json";
  private static final String LESS = "send less, or start the server with a higher limit";

  /** The field of requests with which the libraries find fault as well. */
  private static final String STEERING = "steering(\\[\\d+]([.\\[].*)?)?";

  private Failures() {}

  /** Answers a request with what went wrong. */
  public static void answer(Context request, Exception e) {
    Problem problem = problem(e);
    if (e instanceof MethodNotAllowedResponse known) {
      request.header("Allow", String.join(", ", known.getDetails().values()));
    }
    boolean isHttp = e instanceof HttpResponseException;
    answer(
        request,
        isHttp ? ((HttpResponseException) e).getStatus() : status(problem.code()),
        problem);
  }

  /** Answers a request with a problem under another status than is usual for it. */
  public static void answer(Context request, int status, Problem problem) {
    Visit.of(request).failed(problem);
    if (request.res().isCommitted()) {
      return; // in the middle of a stream
    }
    headers(status).forEach(request::header);
    request.status(status).contentType(JSON).result(text(request.path(), problem));
  }

  /** The headers that a failed answer has for its status. */
  static Map<String, String> headers(int status) {
    return switch (status) {
      case 401 -> Map.of("WWW-Authenticate", "Bearer");
      case 429, 503 -> Map.of("Retry-After", "1");
      default -> Map.of();
    };
  }

  /** The whole body of a failed answer, in the shape that an address promises. */
  static String text(String path, Problem problem) {
    boolean inference = path.equals("/v2") || path.startsWith("/v2/");
    return Json.write(inference ? Json.object("error", message(problem)) : body(problem));
  }

  /** The problem behind an exception; what is not known is the server's own mistake. */
  public static Problem problem(Exception e) {
    if (e instanceof SteercException known) {
      return known.problems().get(0);
    }
    if (e instanceof HttpResponseException known) {
      return problem(known.getStatus(), known.getMessage());
    }
    if (e instanceof HttpException known) {
      return problem(known.getCode(), known.getReason());
    }
    return Problem.of(Code.INTERNAL, "the server itself failed: " + e.getClass().getSimpleName());
  }

  /** Whether an exception is one that the server did not expect. */
  public static boolean isUnexpected(Exception e) {
    return problem(e).code() == Code.INTERNAL && !(e instanceof SteercException);
  }

  /**
   * The problem that an HTTP server means with a status.
   *
   * @param reason what it says itself; may be null
   */
  static Problem problem(int status, String reason) {
    return switch (status) {
      case 404 -> noSuchPath();
      case 405 -> noSuchPath().note("there is something for another method");
      case 408 -> Problem.of(Code.BAD_REQUEST, "the request did not come in time");
      case 413 -> Problem.of(Code.TOO_LARGE, "the body is too large").help(LESS);
      case 414, 431 -> Problem.of(Code.TOO_LARGE, "the request is too large").note(said(reason));
      case 503 -> Problem.of(Code.STOPPING, "the server is being stopped");
      default ->
          status >= 500 && status != 501 && status != 505
              ? Problem.of(Code.INTERNAL, "the server itself failed")
              : Problem.of(Code.BAD_REQUEST, "the request is no proper HTTP").note(said(reason));
    };
  }

  private static String said(String reason) {
    return reason == null ? "it is refused" : reason;
  }

  static Problem noSuchPath() {
    return Problem.of(Code.NO_SUCH_PATH, "there is nothing at this address");
  }

  /**
   * The problem of a body.
   *
   * @param most the bytes that it may have
   */
  public static Problem tooLarge(long most) {
    return Problem.of(Code.TOO_LARGE, "the body has more than " + most + " bytes").help(LESS);
  }

  /** The body of a failed answer, also as the last event of a stream. */
  public static Map<String, Object> body(Problem problem) {
    int status = status(problem.code());
    String type =
        switch (status) {
          case 401 -> "authentication_error";
          case 403 -> "permission_error";
          case 404 -> "not_found_error";
          case 429 -> "rate_limit_error";
          default -> status >= 500 ? "server_error" : "invalid_request_error";
        };
    boolean isField = problem.code() == Code.BAD_REQUEST || problem.where().matches(STEERING);
    String param = isField ? problem.where() : "";
    return Json.object(
        "error",
        Json.object(
            "message",
            message(problem),
            "type",
            type,
            "param",
            param.isEmpty() ? null : param,
            "code",
            problem.code().slug()));
  }

  /** Without the place, which may be a path of this machine. */
  private static String message(Problem problem) {
    StringBuilder text = new StringBuilder(problem.what());
    List<String> notes = problem.notes();
    notes.forEach(note -> text.append("; ").append(note));
    if (!problem.help().isEmpty()) {
      text.append(". To mend it: ").append(problem.help());
    }
    return text.toString();
  }

  /** The status of a kind of problem: what the client did wrong is 4xx, the rest 5xx. */
  public static int status(Code code) {
    return switch (code) {
      case BAD_API_KEY -> 401;
      case NOT_ALLOWED -> 403;
      case NO_SUCH_PATH, NO_SUCH_MODEL, VECTOR_NOT_FOUND -> 404;
      case VECTOR_TAKEN, AMBIGUOUS_VECTOR, VECTOR_BROKEN -> 409;
      case VECTOR_CHANGED -> 412;
      case TOO_LARGE -> 413;
      case OVERLOADED -> 429;
      case INTERNAL, RUNTIME_FAILED, MODEL_CLOSED, OUTPUT_UNWRITABLE, OUTPUT_FOLDER_MISSING -> 500;
      case STOPPING, OUT_OF_MEMORY, BAD_DEFAULTS -> 503;
      case TIMED_OUT -> 504;
      case DISK_FULL -> 507;
      default -> 400;
    };
  }
}
