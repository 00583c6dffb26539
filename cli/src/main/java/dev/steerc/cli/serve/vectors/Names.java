package dev.steerc.cli.serve.vectors;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.regex.Pattern;

/** The names that vectors can be given from outside: none of them means anything in a path. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private Names() {}

  static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw Problem.of(Code.VECTOR_NAME, "that is no name of a vector")
          .note(Code.VECTOR_NAME.meaning().replaceFirst("\\.$", ""))
          .help("choose another one, such as joy-2")
          .exception();
    }
    return name;
  }
}
