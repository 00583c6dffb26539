package dev.steerc.runtime.steering;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A term as people write it: {@code NAME:STRENGTH[@LAYERS][:POSITIONS][:DECAY]}, with {@code
 * ablate=}, {@code clamp=}, {@code reflect=} or {@code add=} in front where the vector is to be
 * used otherwise than its file says. The number of a clamp is its level.
 *
 * @param op the operation in front; empty leaves it to the vector
 * @param source the name of a vector, or a file
 * @param number the strength, or the level of a clamp
 */
public record SteerText(
    Optional<String> op,
    String source,
    double number,
    Places places,
    Positions positions,
    Decay decay) {
  private static final Pattern RULE =
      Pattern.compile(
          "(.*):(all|prompt|generated|constant|(?:first|last|after|linear|half-life):\\d+)");
  private static final Pattern PLACES = Pattern.compile("(.*?)@(value=.+)|(.*)@([^@:/]+)");
  private static final Pattern NUMBER =
      Pattern.compile("(.*):([-+]?[0-9.][^:/]*|(?i:[-+]?inf(?:inity)?|[-+]?nan))");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?");
  private static final String OP = "add|ablate|clamp|reflect";
  private static final Pattern SOURCE =
      Pattern.compile("(?:(?<op>" + OP + ")=)?(?<name>(?!(?:" + OP + ")=)[^:@=][^:@]*)");

  /** Of the parts between commas, those that go on with the layers of the part before. */
  private static final Pattern LAYERS = Pattern.compile("\\d+(?:(?:-|\\.\\.)\\d+)?(?:[.:].*)?");

  /**
   * The terms of a text that has several, with commas between them, which stand between the layers
   * of one as well; none where it is blank or {@code none}.
   */
  public static List<String> several(String text) {
    List<String> parts = new ArrayList<>();
    if (text.isBlank() || text.strip().equals("none")) {
      return parts;
    }
    for (String part : text.split(",", -1)) {
      int last = parts.size() - 1;
      if (LAYERS.matcher(part).matches() && last >= 0 && parts.get(last).contains("@")) {
        parts.set(last, parts.get(last) + "," + part);
      } else {
        parts.add(part.strip());
      }
    }
    return parts;
  }

  /** Reads one {@code --steer}, from its end. */
  public static SteerText parse(String text) {
    String left = text;
    Positions positions = null;
    Decay decay = null;
    Matcher rule = RULE.matcher(left);
    while (rule.matches()) {
      String word = rule.group(2);
      Optional<Positions> tokens = Positions.parse(word);
      Optional<Decay> curve = Decay.parse(word);
      if (tokens.isEmpty() && curve.isEmpty()) {
        throw malformed(text, "`" + word + "` is out of range");
      }
      if (tokens.isPresent() && positions != null || curve.isPresent() && decay != null) {
        throw malformed(text, "`" + word + "` is one rule too many");
      }
      positions = tokens.orElse(positions);
      decay = curve.orElse(decay);
      left = rule.group(1);
      rule = RULE.matcher(left);
    }
    Places places = Places.OWN;
    Matcher at = PLACES.matcher(left);
    if (at.matches()) {
      String where = at.group(2) == null ? at.group(4) : at.group(2);
      places =
          Places.parse(where)
              .orElseThrow(() -> malformed(text, "`@" + where + "` names no layers"));
      left = at.group(1) == null ? at.group(3) : at.group(1);
    }
    Matcher numbered = NUMBER.matcher(left);
    double number = numbered.matches() ? number(text, numbered.group(1), numbered.group(2)) : 1;
    Matcher source = SOURCE.matcher(numbered.matches() ? numbered.group(1) : left);
    if (!source.matches()) {
      throw malformed(text, "it is not of the form NAME:STRENGTH[@LAYERS][:POSITIONS][:DECAY]");
    }
    return new SteerText(
        Optional.ofNullable(source.group("op")),
        source.group("name"),
        number,
        places,
        positions == null ? Positions.ALL : positions,
        decay == null ? Decay.CONSTANT : decay);
  }

  private static double number(String all, String name, String text) {
    if (text.matches("(?i)[-+]?(inf|nan).*")) {
      throw Term.notFinite(name, text).exception();
    }
    if (!DECIMAL.matcher(text).matches()) {
      throw malformed(all, "`" + text + "` is no number");
    }
    double number = Double.parseDouble(text);
    if (!Double.isFinite(number)) {
      throw Term.notFinite(name, text).exception();
    }
    return number;
  }

  private static RuntimeException malformed(String text, String why) {
    return Problem.of(Code.BAD_STEER, "`--steer " + text + "` cannot be understood")
        .note(why)
        .help("for example joy:4, v.npy:1.5@2:after:5, or joy:4@4-6:generated:half-life:20")
        .exception();
  }

  /** The term for a vector that the source stands for. */
  public Term term(Vector vector) {
    boolean clamp = op.equals(Optional.of("clamp"));
    OptionalDouble level = clamp ? OptionalDouble.of(number) : OptionalDouble.empty();
    Vector used = op.map(word -> vector.as(word, level)).orElse(vector);
    return Term.of(used, clamp ? 1 : number).at(places).on(positions).fading(decay);
  }
}
