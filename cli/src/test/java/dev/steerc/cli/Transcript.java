package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Commands and what they print.
 *
 * @param commands in order; a later one may use what an earlier one wrote
 */
record Transcript(List<Command> commands) {
  private static final String PROMPT = "$ ./steerc ";
  private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|\\S+");

  /** A command line and what it printed; an exit code other than 0 is its last line. */
  record Command(String line, String output) {
    String[] arguments() {
      return Transcript.arguments(line.substring(PROMPT.length())).toArray(String[]::new);
    }
  }

  /** The arguments on a command line; double quotes hold those with spaces together. */
  static List<String> arguments(String line) {
    return ARGUMENT
        .matcher(line)
        .results()
        .map(found -> found.group(1) == null ? found.group() : found.group(1))
        .toList();
  }

  static Transcript parse(String text) {
    List<Command> commands = new ArrayList<>();
    StringBuilder output = new StringBuilder();
    String line = null;
    for (String next : text.split("\n", -1)) {
      if (next.startsWith(PROMPT)) {
        if (line != null) {
          commands.add(new Command(line, output.toString()));
        }
        line = next;
        output.setLength(0);
      } else if (line != null) {
        output.append(next).append('\n');
      }
    }
    if (line != null) {
      commands.add(new Command(line, output.toString().stripTrailing() + "\n"));
    }
    return new Transcript(commands);
  }

  /** The same commands with what they print now. */
  Transcript again(Steered steered) throws Exception {
    List<Command> run = new ArrayList<>();
    for (Command command : commands) {
      Steered.Run result = steered.run(command.arguments());
      String exit = result.exit() == 0 ? "" : "[exit " + result.exit() + "]\n";
      run.add(new Command(command.line(), result.output() + exit));
    }
    return new Transcript(run);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    commands.forEach(c -> text.append(c.line()).append('\n').append(c.output()));
    return text.toString();
  }

  /** The text with measured numbers masked: they differ from one processor to the next. */
  String stable() {
    return text()
        .replaceAll("\\d\\.\\de[-+]\\d\\d", "0.0e-00")
        .replaceAll(" +0(?= )", " 0.0e-00")
        .replaceAll("\\d+ tokens/s", "0 tokens/s")
        .replaceAll("(?<![\\w.])-?\\d+\\.\\d+(?![\\w.])", "0.0")
        .replaceAll("(0\\.0|\\d+) %", "0 %")
        .replaceAll("\\d+\\.\\d+ (s|x)\\b", "0.0 $1")
        .replaceAll("cosine -?\\d\\.\\d+", "cosine 0.0")
        .replaceAll(" +", " ")
        .stripTrailing();
  }
}
