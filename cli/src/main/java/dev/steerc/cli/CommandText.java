package dev.steerc.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A command as a person types it. */
final class CommandText {
  private static final String CONTINUED = " \\";
  private static final String INDENT = "   ";

  private CommandText() {}

  /** What steerc was started as. */
  static String name() {
    return quoted(System.getProperty("steerc.command", "steerc"));
  }

  /** What starts steerc: the command that this process was started by, or its own Java. */
  static List<String> words() {
    String command = System.getProperty("steerc.command");
    if (command != null) {
      return List.of(command);
    }
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return words;
  }

  /**
   * The lines of a command behind a dollar sign, steering in bold.
   *
   * @param parts arguments, those together that are not to be torn apart
   */
  static List<String> lines(List<List<String>> parts, int width, Style style) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(style.faint("$ " + name()));
    int length = "$ ".length() + name().length();
    boolean isBare = true; // a command is not torn from its name
    for (List<String> part : parts) {
      String words = part.stream().map(CommandText::quoted).collect(Collectors.joining(" "));
      if (!isBare && length + 1 + words.length() + CONTINUED.length() > width) {
        lines.add(line + style.faint(CONTINUED));
        line = new StringBuilder(INDENT);
        length = INDENT.length();
      }
      line.append(' ').append(isSteering(part) ? style.bold(words) : style.faint(words));
      length += 1 + words.length();
      isBare = false;
    }
    lines.add(line.toString());
    return lines;
  }

  private static boolean isSteering(List<String> part) {
    return part.get(0).matches("--(steer|when)");
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w./:=,@+-]+") ? argument : "\"" + argument + "\"";
  }
}
