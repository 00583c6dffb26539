package dev.steerc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Commands and what they print.
 *
 * @param commands in order; a later one may use what an earlier one wrote
 */
record Transcript(List<Command> commands) {
  /** Where a page shows commands. */
  static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);

  private static final Pattern PROMPT = Pattern.compile("\\$ (\\./steerc|curl) .*");
  private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|'([^']*)'|\\S+");

  /** A command line and what it printed; an exit code other than 0 is its last line. */
  record Command(String line, String output) {
    boolean isCurl() {
      return line.startsWith("$ curl ");
    }

    String[] arguments() {
      String behind = line.replace("\\\n", " ").substring(line.indexOf(' ', 2) + 1);
      return Transcript.arguments(behind).toArray(String[]::new);
    }
  }

  /** What runs a command. */
  interface Shell {
    Steered.Run run(Command command) throws Exception;
  }

  /** The arguments on a command line; quotes hold those with spaces together. */
  static List<String> arguments(String line) {
    return ARGUMENT.matcher(line).results().map(Transcript::unquoted).toList();
  }

  private static String unquoted(MatchResult found) {
    String quoted = found.group(1) != null ? found.group(1) : found.group(2);
    return quoted != null ? quoted : found.group();
  }

  static Transcript parse(String text) {
    List<Command> commands = new ArrayList<>();
    StringBuilder output = new StringBuilder();
    String line = null;
    for (String next : text.split("\n", -1)) {
      if (PROMPT.matcher(next).matches()) {
        if (line != null) {
          commands.add(new Command(line, output.toString()));
        }
        line = next;
        output.setLength(0);
      } else if (line != null && output.isEmpty() && goesOn(line)) {
        line += "\n" + next;
      } else if (line != null) {
        output.append(next).append('\n');
      }
    }
    if (line != null) {
      commands.add(new Command(line, output.toString().stripTrailing() + "\n"));
    }
    return new Transcript(commands);
  }

  /** Whether the rest of a curl stands on the next line. */
  private static boolean goesOn(String line) {
    boolean isOpen = line.chars().filter(c -> c == '\'').count() % 2 == 1;
    return line.startsWith("$ curl ") && (isOpen || line.endsWith("\\"));
  }

  /** The same commands with what they print now. */
  Transcript again(Steered steered) throws Exception {
    return again(command -> steered.run(command.arguments()));
  }

  Transcript again(Shell shell) throws Exception {
    List<Command> run = new ArrayList<>();
    for (Command command : commands) {
      Steered.Run result = shell.run(command);
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

  /** The text with what no two runs of a server have in common masked. */
  String stableJson() {
    return text()
        .replaceAll("\"data\":\\[[^]]*", "\"data\":[")
        .replaceAll("\"id\":\"(chat)?cmpl-[^\"]*\"", "\"id\":\"cmpl\"")
        .replaceAll("\"(seed|created)\":-?\\d+", "\"$1\":0")
        .replaceAll("(?<![\\w.])-?\\d+\\.\\d+(E-?\\d+)?(?![\\w.])", "0.0")
        .stripTrailing();
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
