package dev.steerc.cli.serve.vectors;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.io.File;
import java.util.List;

/**
 * What the libraries find wrong as the API says it: with the field of the request, and without
 * options of the command and paths of this machine.
 */
final class Wording {
  private static final String OPTION = "`--(steer|when|layers) ";
  private static final String LIST = "GET /v1/vectors lists them";

  private Wording() {}

  /**
   * The same problem for a client.
   *
   * @param field what of the request is at fault; empty when it is all of the body
   */
  static SteercException at(String field, SteercException e) {
    Problem problem = e.problems().get(0);
    String what = hidden(problem, problem.what()).replaceFirst(OPTION, "`");
    boolean isNamed = field.isEmpty() || what.startsWith("`" + field);
    List<String> notes =
        problem.code() == Code.VECTOR_NOT_FOUND || problem.code() == Code.DISK_FULL
            ? List.of() // thousands of names, or words about a command's output
            : problem.notes().stream().map(note -> hidden(problem, note)).toList();
    return new SteercException(
        new Problem(
            problem.code(),
            isNamed ? what : "`" + field + "`: " + what,
            field,
            notes,
            help(problem, field)),
        e);
  }

  /** Without the path that the problem is at; the last part of it may be said. */
  static String hidden(Problem problem, String text) {
    String path = problem.where().split(", ")[0];
    int name = path.lastIndexOf(File.separatorChar) + 1;
    if (name < 2) {
      return text;
    }
    return text.replace(path, path.substring(name))
        .replace(path.substring(0, name - 1), "the vector folder");
  }

  private static String help(Problem problem, String field) {
    return switch (problem.code()) {
      case VECTOR_NOT_FOUND -> problem.help().replaceFirst("pass the path.*", LIST);
      case AMBIGUOUS_VECTOR -> "DELETE that name, or have the operator remove one of the files";
      case BAD_STEER ->
          field.endsWith("when")
              ? "for example harm@3>0.2, or the name of a vector whose file says the rest"
              : "for example joy:4, joy:1.5@2:after:5, or joy:4@4-6:generated:half-life:20";
      case BAD_LAYERS -> "for example 6, 4-8,10, all or 6.attn_out";
      case SITE_NOT_NAMED ->
          field.endsWith("when")
              ? "name a site that the vector has, such as harm@3.resid_mid>0.2"
              : "say where with `layers`, such as 6 or 6.resid_mid";
      case PORT_MISSING, TAP_MISSING, RANK_FIXED -> "have the operator patch the model for it";
      case WRONG_BASE_MODEL -> "use a vector that was learned on this model";
      case UNSAFE_FILE, UNSUPPORTED_FILE, BAD_TENSOR_FILE -> "send it as safetensors";
      case DISK_FULL -> "have the operator free some space; what was there before is untouched";
      case OUTPUT_UNWRITABLE, OUTPUT_FOLDER_MISSING ->
          "have the operator look at the vector folder";
      case USAGE -> problem.help();
      default -> hidden(problem, problem.help());
    };
  }
}
