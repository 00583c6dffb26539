package dev.steerc.models.hub;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.regex.Pattern;

/**
 * A repository of the hub at one of its revisions.
 *
 * @param revision a branch, a tag or a commit
 */
public record Repository(String owner, String name, String revision) {
  private static final Pattern PART = Pattern.compile("\\w[\\w.-]{0,95}");
  private static final Pattern REVISION = Pattern.compile("\\w[\\w./+-]{0,199}");

  /**
   * Reads {@code OWNER/NAME}.
   *
   * @throws dev.steerc.problem.SteercException when it is none, or the revision cannot be one
   */
  public static Repository parse(String text, String revision) {
    String[] parts = text.split("/", -1);
    if (parts.length != 2 || !isPart(parts[0]) || !isPart(parts[1])) {
      throw Problem.of(Code.UNKNOWN_MODEL, "there is no model `" + text + "`")
          .note("known names are " + String.join(", ", names()))
          .help("pass one of them, or a repository of the hub as OWNER/NAME")
          .exception();
    }
    if (!REVISION.matcher(revision).matches() || climbs(revision)) {
      throw Problem.of(Code.USAGE, "`" + revision + "` cannot be a revision")
          .help("pass a branch, a tag or a commit, for example --revision main")
          .exception();
    }
    return new Repository(parts[0], parts[1], revision);
  }

  /** Its name on the hub, without the revision. */
  public String id() {
    return owner + "/" + name;
  }

  @Override
  public String toString() {
    return id() + "@" + revision;
  }

  private static boolean isPart(String part) {
    return PART.matcher(part).matches() && !climbs(part);
  }

  private static boolean climbs(String text) {
    return text.contains("..") || text.contains("//");
  }

  private static Iterable<String> names() {
    return KnownModel.all().stream().map(KnownModel::name).toList();
  }
}
