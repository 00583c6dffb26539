package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * A command line as its words, split without a shell: at white space outside quotes. Single quotes
 * keep all as it is; inside double quotes a backslash keeps a quote or a backslash behind it. There
 * are no variables, patterns or pipes; a backslash elsewhere is itself, as in a path of Windows.
 */
final class CommandWords {
  private CommandWords() {}

  static List<String> of(String command) {
    List<String> words = new ArrayList<>();
    StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      boolean space = quote == 0 && Character.isWhitespace(c);
      if (space && word != null) {
        words.add(word.toString());
        word = null;
      }
      if (space) {
        continue;
      }
      word = word == null ? new StringBuilder() : word;
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else {
        boolean kept = quote == '"' && c == '\\' && i + 1 < command.length();
        boolean escapes = kept && "\"\\".indexOf(command.charAt(i + 1)) >= 0;
        word.append(escapes ? command.charAt(++i) : c);
      }
    }
    if (quote != 0) {
      throw malformed(command, "a quote " + quote + " is not closed");
    }
    if (word != null) {
      words.add(word.toString());
    }
    if (words.isEmpty()) {
      throw malformed(command, "there is no word");
    }
    return words;
  }

  private static RuntimeException malformed(String command, String why) {
    return Problem.of(Code.BAD_SCORER, "the scorer's command cannot be understood")
        .at(command)
        .note(why)
        .help("for example --scorer-command \"python3 judge.py\"")
        .exception();
  }
}
