package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Places;
import dev.steerc.runtime.steering.Vector;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What the ways of writing a vector in JSON have in common. */
final class Fields {
  private static final List<String> OPS = List.of("add", "ablate", "clamp", "reflect");

  private Fields() {}

  /** The vector with the operation that {@code op} and {@code level} ask for. */
  static Vector use(Vector vector, Body body) {
    OptionalDouble level = body.number("level");
    Optional<String> op =
        body.text("op").or(() -> level.isPresent() ? Optional.of("clamp") : Optional.empty());
    if (op.isEmpty() || level.isEmpty() && op.get().equals(vector.op())) {
      return vector;
    }
    if (!OPS.contains(op.get())) {
      throw body.wrong(
          "op",
          "there is no operation of that name to be chosen: it is one of "
              + String.join(", ", OPS));
    }
    if (op.get().equals("clamp") != level.isPresent()) {
      throw body.wrong("level", "`level` is for the operation clamp, which needs one");
    }
    try {
      return vector.as(op.get(), level);
    } catch (SteercException e) {
      throw Wording.at(body.place().isEmpty() ? "op" : body.place() + ".op", e);
    }
  }

  /** Places as the command line or a list of sites writes them. */
  static Optional<Places> places(String text) {
    return Places.parse(text.replaceFirst("^value:", "value="));
  }

  /** Places as a text, a number or a list of numbers. */
  static Places places(Body body, String field) {
    Object value = body.any(field).orElseThrow();
    List<?> parts = value instanceof List<?> list ? list : List.of(value);
    boolean isMeant =
        value instanceof String
            || parts.stream().allMatch(part -> part instanceof Long number && number >= 0);
    String text = parts.stream().map(Object::toString).collect(Collectors.joining(","));
    return (isMeant ? places(text) : Optional.<Places>empty())
        .orElseThrow(
            () ->
                body.wrong(
                    field,
                    "`" + field + "` is a text such as \"4-6\" or \"2.resid_mid\", or numbers"));
  }
}
