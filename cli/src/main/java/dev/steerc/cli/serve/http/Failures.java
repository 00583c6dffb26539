package dev.steerc.cli.serve.http;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** Problems as clients of the API see them: a status, and a body in OpenAI's shape. */
public final class Failures {
  private static final String ATTRIBUTE = "steerc.problem";

  /** The field of requests with which the libraries find fault as well. */
  private static final String STEERING = "steering(\\[\\d+]([.\\[].*)?)?";

  private Failures() {}

  /** Answers a request with what went wrong. */
  public static void answer(Context request, Exception e) {
    Problem problem = problem(e);
    keep(request, problem);
    int status = status(problem.code());
    if (problem.code() == Code.OVERLOADED || problem.code() == Code.STOPPING) {
      request.header("Retry-After", "1");
    }
    if (status == 401) {
      request.header("WWW-Authenticate", "Bearer");
    }
    boolean inference = request.path().startsWith("/v2/");
    Map<String, Object> body = inference ? Json.object("error", message(problem)) : body(problem);
    request.status(status).contentType("application/json").result(Json.write(body));
  }

  /** Has the log know what went wrong with a request whose answer has begun. */
  public static void keep(Context request, Problem problem) {
    request.attribute(ATTRIBUTE, problem);
  }

  /** What went wrong, for the log; null when nothing did. */
  public static Problem of(Context request) {
    return request.attribute(ATTRIBUTE);
  }

  /** The problem behind an exception; what is not known is the server's own mistake. */
  public static Problem problem(Exception e) {
    return e instanceof SteercException known
        ? known.problems().get(0)
        : Problem.of(Code.INTERNAL, "the server itself failed: " + e.getClass().getSimpleName());
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
