package dev.steerc.cli.serve.vectors;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which state of a vector a change is meant for, as HTTP says it.
 *
 * @param match the revisions of which it has to be one, in quotes, or {@code *} for any
 * @param noneMatch those that it must not be; {@code *} is for a vector that must not be there
 */
record Precondition(Optional<String> match, Optional<String> noneMatch) {

  static Precondition of(Context request) {
    return new Precondition(
        Optional.ofNullable(request.header("If-Match")),
        Optional.ofNullable(request.header("If-None-Match")));
  }

  /**
   * Checks it.
   *
   * @param vector what is there; null when nothing is
   */
  void check(Listed vector) {
    boolean holds =
        match.map(list -> lists(list, vector)).orElse(true)
            && !noneMatch.map(list -> lists(list, vector)).orElse(false);
    if (!holds) {
      String is = vector == null ? "not there" : vector.revision().orElse("broken");
      throw Problem.of(Code.VECTOR_CHANGED, "the vector is " + is)
          .help("GET it, and decide again")
          .exception();
    }
  }

  private static boolean lists(String list, Listed vector) {
    if (vector == null || list.strip().equals("*")) {
      return vector != null;
    }
    return Arrays.stream(list.split(","))
        .map(tag -> tag.strip().replaceFirst("^W/", "").replace("\"", ""))
        .anyMatch(tag -> vector.revision().filter(tag::equals).isPresent());
  }
}
