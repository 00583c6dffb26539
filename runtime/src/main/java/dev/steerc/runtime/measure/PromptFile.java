package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.text.Lines;
import java.nio.file.Path;
import java.util.List;

/** Prompts as a file: one a line, or JSON lines with a {@code "prompt"} each. */
public final class PromptFile {
  private static final String FORM = "a prompt, or as {\"prompt\": …}";

  private PromptFile() {}

  /**
   * Reads a file; a prompt that it has twice is there once.
   *
   * @throws dev.steerc.problem.SteercException when it cannot be read, or has none
   */
  public static List<String> read(Path file) {
    List<Lines.Line> lines = new Lines(file, FORM, Code.BAD_PROMPTS).all();
    boolean objects = !lines.isEmpty() && lines.get(0).text().stripLeading().startsWith("{");
    List<String> prompts =
        lines.stream()
            .map(line -> objects ? line.text(line.object(), "prompt") : line.text().strip())
            .filter(prompt -> !prompt.isBlank())
            .distinct()
            .toList();
    if (prompts.isEmpty()) {
      throw Problem.of(Code.BAD_PROMPTS, "there is no prompt")
          .at(file)
          .help("write each line as " + FORM)
          .exception();
    }
    return prompts;
  }
}
