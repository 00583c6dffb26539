package dev.steerc.cli.serve.vectors;

import dev.steerc.cli.serve.http.Body;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Decay;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.SteerText;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one vector of a steering, with the vectors of a moment.
 *
 * @param inline whether requests may bring vectors of their own
 */
record TermReader(Snapshot now, boolean inline) {
  private static final Set<String> FIELDS =
      Set.of(
          "vector",
          "strength",
          "layers",
          "positions",
          "decay",
          "op",
          "level",
          "when",
          "values",
          "site",
          "sites",
          "name");

  /** The longest name that a file can have. */
  private static final int LONGEST = 255;

  /**
   * A term as {@code --steer} takes it.
   *
   * @param field where it stands
   */
  Term of(String text, String field) {
    try {
      SteerText parsed = SteerText.parse(text);
      return parsed.term(vector(parsed.source(), field));
    } catch (SteercException e) {
      throw Wording.at(field, e);
    }
  }

  /** A term as an object. */
  Term of(Body body) {
    body.checkKnown(FIELDS);
    boolean isOwn = body.has("values") || body.has("sites");
    if (isOwn == body.has("vector")) {
      throw body.wrong("vector", "`" + body.place() + ".vector` is missing, or not all there is");
    }
    Vector vector = isOwn ? own(body) : vector(body.needText("vector"), body.place() + ".vector");
    Term term = Term.of(Fields.use(vector, body), body.number("strength").orElse(1));
    term = body.has("layers") ? term.at(Fields.places(body, "layers")) : term;
    term = term.on(positions(body)).fading(decay(body));
    return body.has("when") ? when(term, body) : term;
  }

  private Vector own(Body body) {
    if (!inline) {
      throw body.wrong("values", "this server takes no vectors with a request");
    }
    String name = body.text("name").map(Names::checked).orElse("vector");
    // a colon is in no name of the registry, so no receipt can be mistaken
    return JsonVector.vector(body, "inline:" + name);
  }

  Vector vector(String name, String field) {
    return file(name, field).vector();
  }

  VectorFile file(String name, String field) {
    try {
      return now.file(shortened(name));
    } catch (SteercException e) {
      throw Wording.at(field, e);
    }
  }

  /** No more of a name than one can have, so that looking for the next best takes no time. */
  private static String shortened(String name) {
    return name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
  }

  private static Positions positions(Body body) {
    Optional<String> text = body.text("positions");
    return text.isEmpty()
        ? Positions.ALL
        : Positions.parse(text.get())
            .orElseThrow(
                () ->
                    body.wrong(
                        "positions",
                        "`positions` is one of all, prompt, generated, first:N, last:N, after:N"));
  }

  private static Decay decay(Body body) {
    Optional<String> text = body.text("decay");
    return text.isEmpty()
        ? Decay.CONSTANT
        : Decay.parse(text.get())
            .orElseThrow(
                () -> body.wrong("decay", "`decay` is one of constant, linear:N, half-life:N"));
  }

  private Term when(Term term, Body body) {
    try {
      String text = shortened(body.needText("when"));
      return term.when(VectorStore.condition(text, now::file));
    } catch (SteercException e) {
      throw Wording.at(body.place() + ".when", e);
    }
  }
}
