package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.format.Floats;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition as people write it: {@code NAME@SITE>COSINE} or {@code NAME@SITE<COSINE}.
 *
 * @param source the name of a vector, or a file
 */
public record ConditionText(String source, Site site, boolean above, double threshold) {
  private static final Pattern TEXT =
      Pattern.compile("([^@<>]+)@(\\d{1,6})(?:\\.([a-z_]+))?([<>])(-?(?:\\d+\\.?\\d*|\\.\\d+))");

  /** Reads one {@code --when}. */
  public static ConditionText parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches() || Math.abs(Double.parseDouble(matcher.group(5))) > 1) {
      throw Problem.of(Code.BAD_STEER, "`--when " + text + "` cannot be understood")
          .note("it is NAME@SITE>COSINE or NAME@SITE<COSINE, with a cosine from -1 to 1")
          .help("for example 'harm.npy@3>0.2', in quotes for the shell")
          .exception();
    }
    Site.Kind kind =
        matcher.group(3) == null ? Site.Kind.RESID_POST : Target.site(matcher.group(3));
    return new ConditionText(
        matcher.group(1),
        new Site.InBlock(Integer.parseInt(matcher.group(2)), kind),
        matcher.group(4).equals(">"),
        Double.parseDouble(matcher.group(5)));
  }

  /**
   * The condition with the direction that the source stands for: the vector's at that site, or its
   * only one.
   */
  public Condition condition(Vector vector) {
    Optional<Edit> edit =
        vector.placeless().or(() -> Optional.ofNullable(vector.edits().get(site)));
    Floats direction =
        edit.map(e -> e.tensors().get("vector"))
            .orElseThrow(
                () ->
                    Problem.of(
                            Code.SITE_NOT_NAMED,
                            "`" + vector.name() + "` has no direction at " + site.text())
                        .help("choose a site that it has, or a file with one vector")
                        .exception());
    return new Condition(
        site, direction, threshold, above, Condition.Over.MEAN, Optional.of(vector));
  }
}
