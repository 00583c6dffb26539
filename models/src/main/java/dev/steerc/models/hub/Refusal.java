package dev.steerc.models.hub;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.util.Set;

/** What an answer means that does not bring what was asked for. */
final class Refusal {
  /** 416 belongs here because whoever asked for the range knows what to do. */
  private static final Set<Integer> GOOD = Set.of(200, 206, 416);

  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  private Refusal() {}

  /**
   * Lets a good answer pass.
   *
   * @throws BadStatus when another try may bring a better one
   */
  static void check(Answer answer, URI uri) throws IOException {
    int status = answer.status();
    if (GOOD.contains(status)) {
      return;
    }
    if (status >= 500 || PASSING.contains(status)) {
      throw new BadStatus(answer);
    }
    throw withMessage(problem(answer, status).at(uri), answer).exception();
  }

  private static Problem problem(Answer answer, int status) {
    String code = answer.hubHeader("x-error-code").orElse("");
    if (status == 404 || code.matches("(Revision|Entry)NotFound")) {
      return Problem.of(Code.DOWNLOAD_NOT_FOUND, "the hub has no such repository, revision or file")
          .help("check the name and --revision");
    }
    if (status == 401 && !code.equals("GatedRepo")) {
      return Problem.of(Code.DOWNLOAD_DENIED, "the hub does not show this without an account")
          .note("it says the same of a repository that does not exist")
          .help("check the name, and set HF_TOKEN to a token that may read the model");
    }
    if (status == 401 || status == 403) {
      return Problem.of(Code.DOWNLOAD_DENIED, "the hub refuses the download")
          .help("accept the model's terms in a browser, and set HF_TOKEN to a token that may");
    }
    return Problem.of(Code.DOWNLOAD_FAILED, "the hub answers " + status)
        .help("check HF_ENDPOINT, if it is set, or try again later");
  }

  private static Problem withMessage(Problem problem, Answer answer) {
    return answer
        .hubHeader("x-error-message")
        .map(message -> problem.note("the hub says: " + Hub.printable(message)))
        .orElse(problem);
  }
}
