package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Prompts as a file: one a line, or JSON lines with a {@code "prompt"} each. */
public final class PromptFile {
  private PromptFile() {}

  /**
   * Reads a file; a prompt that it has twice is there once.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be read, or has none
   */
  public static List<String> read(Path file) {
    TextLines lines = TextLines.read(file, Code.BAD_PROMPTS);
    boolean objects = lines.areObjects();
    List<String> prompts =
        lines.lines().stream()
            .map(line -> objects ? prompt(lines, line) : line.text())
            .filter(prompt -> !prompt.isBlank())
            .distinct()
            .toList();
    if (prompts.isEmpty()) {
      throw Problem.of(Code.BAD_PROMPTS, "there is no prompt")
          .at(file)
          .help("write one a line, or JSON lines with a \"prompt\" each")
          .exception();
    }
    return prompts;
  }

  private static String prompt(TextLines lines, TextLines.Line line) {
    Map<?, ?> object = lines.object(line);
    return lines.text(line, object, "prompt");
  }
}
