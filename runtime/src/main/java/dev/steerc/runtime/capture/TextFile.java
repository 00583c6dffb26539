package dev.steerc.runtime.capture;

import dev.steerc.problem.Code;
import dev.steerc.runtime.text.Lines;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file of texts: JSON lines where its name ends with {@code .jsonl}, {@code .ndjson} or {@code
 * .json}, else a text in each line.
 *
 * @param most how many texts of it to take
 */
public record TextFile(Path path, long most) {
  private static final String FORM =
      "{\"text\": \"…\"} or {\"prompt\": \"…\", \"completion\": \"…\"}";

  /** Whether a file has a JSON object in each line, by its name. */
  public static boolean isJson(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json");
  }

  /**
   * Goes through the texts from the first to the last.
   *
   * @throws dev.steerc.problem.SteercException naming the line that makes no sense
   */
  public void forEach(Consumer<Passage> next) {
    boolean isJson = isJson(path);
    long[] taken = {0};
    if (most > 0) {
      new Lines(path, isJson ? FORM : "a text", Code.BAD_TEXTS)
          .forEach(
              line -> {
                next.accept(isJson ? passage(line) : new Passage("", line.text()));
                return ++taken[0] < most;
              });
    }
  }

  private static Passage passage(Lines.Line line) {
    Map<?, ?> object = line.object();
    String prompt = line.optional(object, "prompt").orElse("");
    Optional<String> text = line.optional(object, "text");
    Optional<String> completion = line.optional(object, "completion");
    if (text.isPresent() == completion.isPresent()) {
      throw line.wrong(
          text.isPresent() ? "has both `text` and `completion`" : "has no `text` or `completion`");
    }
    return new Passage(prompt, text.or(() -> completion).orElseThrow());
  }
}
