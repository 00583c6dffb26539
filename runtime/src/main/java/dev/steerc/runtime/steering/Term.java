package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One vector of a steering: how strong, where, at which tokens, and on which condition.
 *
 * @param strength the factor on the vector's change; finite
 */
public record Term(
    Vector vector,
    double strength,
    Places places,
    Positions positions,
    Decay decay,
    Optional<Condition> condition) {

  public Term {
    if (!Double.isFinite(strength)) {
      throw notFinite(vector.name(), Double.toString(strength)).exception();
    }
  }

  /** A vector at all tokens, where it was learned. */
  public static Term of(Vector vector, double strength) {
    return new Term(vector, strength, Places.OWN, Positions.ALL, Decay.CONSTANT, Optional.empty());
  }

  static Problem notFinite(String name, String strength) {
    return Problem.of(Code.BAD_STRENGTH, "the strength of `" + name + "` cannot be " + strength)
        .help("pass a finite number, such as 4 or -1.5");
  }

  /** The same at the output of one block. */
  public Term at(int block) {
    return at(Places.block(block));
  }

  /** The same at one site. */
  public Term at(Site site) {
    return at(Places.at(site));
  }

  /** The same in other places. */
  public Term at(Places other) {
    return new Term(vector, strength, other, positions, decay, condition);
  }

  /** The same at some tokens only. */
  public Term on(Positions other) {
    return new Term(vector, strength, places, other, decay, condition);
  }

  /** The same, weaker from one generated token to the next. */
  public Term fading(Decay other) {
    return new Term(vector, strength, places, positions, other, condition);
  }

  /** The same, when the prompt looks as a condition says. */
  public Term when(Condition other) {
    return new Term(vector, strength, places, positions, decay, Optional.of(other));
  }

  /** Whether it is one strength for all of a prompt, and one for all that is generated. */
  boolean isConstant() {
    boolean whole =
        Set.of(Positions.ALL, Positions.PROMPT, Positions.GENERATED).contains(positions);
    return whole && decay.equals(Decay.CONSTANT) && condition.isEmpty();
  }

  /** The factor that a token gets. */
  double strengthAt(int position, int prompt) {
    return positions.includes(position, prompt) ? strength * decay.at(position, prompt) : 0;
  }

  /** The position from which on all tokens get the same factor. */
  int steadyFrom(int prompt) {
    return Math.max(positions.steadyFrom(prompt), decay.steadyFrom(prompt));
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    List<Edit> edits =
        Stream.concat(vector.edits().values().stream(), vector.placeless().stream()).toList();
    Edit first = edits.get(0);
    boolean alike =
        edits.stream()
            .allMatch(e -> e.op().equals(first.op()) && e.numbers().equals(first.numbers()));
    boolean clamp = alike && strength == 1 && first instanceof Edit.Clamp;
    boolean direction = alike && (first instanceof Edit.Ablate || first instanceof Edit.Reflect);
    StringBuilder text = new StringBuilder();
    if (clamp || direction) {
      text.append(first.op()).append('=');
    }
    text.append(vector.name()).append(':');
    text.append(number(clamp ? ((Edit.Clamp) first).level() : strength));
    if (!places.isOwn()) {
      text.append('@').append(places);
    }
    if (!positions.equals(Positions.ALL)) {
      text.append(':').append(positions);
    }
    if (!decay.equals(Decay.CONSTANT)) {
      text.append(':').append(decay);
    }
    return text.toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
