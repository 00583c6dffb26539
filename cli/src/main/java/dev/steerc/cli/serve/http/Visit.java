package dev.steerc.cli.serve.http;

import dev.steerc.problem.Problem;
import dev.steerc.runtime.Completion;
import io.javalin.http.Context;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.util.Attributes;

/** What becomes known of a request while it is answered; the log and the meters read it then. */
public final class Visit {
  private static final String ATTRIBUTE = "steerc.visit";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String id = HexFormat.of().toHexDigits(RANDOM.nextLong());
  private volatile Optional<Caller> caller = Optional.empty();
  private volatile Optional<String> route = Optional.empty();
  private volatile Optional<Problem> problem = Optional.empty();
  private volatile Optional<Integer> status = Optional.empty();
  private volatile List<String> prompts = List.of();
  private volatile List<Completion> texts = List.of();

  /** The visit that a request is; begins with the first question. */
  public static Visit of(Context request) {
    Visit visit = request.attribute(ATTRIBUTE);
    if (visit == null) {
      visit = new Visit();
      request.attribute(ATTRIBUTE, visit);
    }
    return visit;
  }

  /** The same for a request as Jetty knows it, which may not have come as far as Javalin. */
  public static Visit of(Attributes request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Visit visit) {
      return visit;
    }
    Visit visit = new Visit();
    request.setAttribute(ATTRIBUTE, visit);
    return visit;
  }

  /** What the answer's header {@code X-Request-Id} and the log call it. */
  public String id() {
    return id;
  }

  /** Who sends it; empty when nobody asked. */
  public Optional<Caller> caller() {
    return caller;
  }

  void comesFrom(Caller who) {
    caller = Optional.of(who);
  }

  /** The address as it was registered, such as {@code /v1/vectors/{name}}; empty for any other. */
  public Optional<String> route() {
    return route;
  }

  void goesTo(String template) {
    route = Optional.of(template);
  }

  /** What went wrong; the last of it when more did. */
  public Optional<Problem> problem() {
    return problem;
  }

  /** Something went wrong, possibly in the middle of a stream that had begun well. */
  public void failed(Problem what) {
    problem = Optional.of(what);
  }

  /** The status of an answer that Jetty gives by itself, and does not tell the log of. */
  public Optional<Integer> status() {
    return status;
  }

  void answeredBy(int given) {
    status = Optional.of(given);
  }

  /** What was generated from, as text; kept for a log that wants it. */
  public List<String> prompts() {
    return prompts;
  }

  /** What was generated. */
  public List<Completion> texts() {
    return texts;
  }

  /**
   * Texts were generated, or begun.
   *
   * @param from the prompts as text
   */
  public void generated(List<String> from, List<Completion> what) {
    prompts = List.copyOf(from);
    texts = List.copyOf(what);
  }
}
