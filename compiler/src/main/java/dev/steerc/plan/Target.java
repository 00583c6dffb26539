package dev.steerc.plan;

import dev.steerc.problem.Choices;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads interventions as the command line and the manifest write them. */
public final class Target {
  private static final List<String> OPS = List.of("add", "bias", "project", "tap");
  private static final Pattern AT =
      Pattern.compile("(\\d{1,9})\\.([A-Za-z_]+):([a-z]+)(?:@(\\d{1,4}))?");
  private static final Pattern NAMED = Pattern.compile("value:(.+):([a-z]+)(?:@(\\d{1,4}))?");

  private Target() {}

  /**
   * Reads {@code 6.resid_post:add}, {@code 8.attn_out:project@2} or {@code value:NAME:OP}.
   *
   * @param rank the rank of a {@code project} that names none itself
   */
  public static Intervention parse(String text, OptionalInt rank) {
    Matcher named = NAMED.matcher(text);
    if (named.matches()) {
      return of(new Site.Named(named.group(1)), named.group(2), rank(named, 3, rank));
    }
    Matcher at = AT.matcher(text);
    if (!at.matches()) {
      throw Problem.of(Code.BAD_AT, "`--at " + text + "` cannot be understood")
          .help("pass BLOCK.SITE:OP such as 6.resid_post:add, or value:NAME:OP")
          .exception();
    }
    Site site = new Site.InBlock(Integer.parseInt(at.group(1)), site(at.group(2)));
    return of(site, at.group(3), rank(at, 4, rank));
  }

  /** The site of that name, or a problem that lists the sites. */
  public static Site.Kind site(String name) {
    return Site.Kind.of(name)
        .orElseThrow(
            () ->
                Problem.of(Code.UNKNOWN_SITE, "there is no site `" + name + "`")
                    .help(
                        Choices.help(
                            name,
                            List.of("resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post")))
                    .exception());
  }

  /** The intervention of an operation's name, or a problem that lists the operations. */
  public static Intervention of(Site site, String op, OptionalInt rank) {
    return switch (op) {
      case "add" -> new AddVector(site);
      case "bias" -> new Bias(site);
      case "project" -> new Project(site, rank);
      case "tap" -> new Tap(site);
      default ->
          throw Problem.of(Code.UNKNOWN_OP, "there is no operation `" + op + "`")
              .help(Choices.help(op, OPS))
              .exception();
    };
  }

  private static OptionalInt rank(Matcher matcher, int group, OptionalInt otherwise) {
    String own = matcher.group(group);
    if (own == null) {
      return otherwise;
    }
    int rank = Integer.parseInt(own);
    if (rank < 1 || !matcher.group(group - 1).equals("project")) {
      throw Problem.of(Code.BAD_AT, "`--at " + matcher.group() + "` cannot be understood")
          .note("@" + own + " fixes the rank of `project`, which is 1 or more")
          .help("for example 8.attn_out:project@2")
          .exception();
    }
    return OptionalInt.of(rank);
  }
}
