package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.text.Lines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A text and the class that it is of.
 *
 * @param label what the class is called
 */
public record Labelled(Passage passage, String label) {
  private static final String FORM =
      "{\"text\": \"…\", \"label\": \"…\"}, with a \"prompt\" in front that does not count";

  private static final String EITHER =
      "{\"positive\": \"…\", \"negative\": \"…\"} or {\"text\": \"…\", \"label\": \"…\"}";

  /**
   * Reads a file with a JSON object in each line: {@code text}, {@code label} and perhaps {@code
   * prompt}. A label is text, a whole number, or true or false.
   *
   * @throws dev.steerc.problem.SteercException naming the line that makes no sense
   */
  public static List<Labelled> read(Path file) {
    List<Labelled> all = new ArrayList<>();
    lines(file).forEach(line -> all.add(of(line)));
    return all;
  }

  /** The lines of such a file. */
  public static Lines lines(Path file) {
    return new Lines(file, FORM, Code.BAD_TEXTS);
  }

  /**
   * The text of one of its lines.
   *
   * @throws dev.steerc.problem.SteercException when it makes no sense
   */
  public static Labelled of(Lines.Line line) {
    Map<?, ?> object = line.object();
    String prompt = line.optional(object, "prompt").orElse("");
    Passage passage = new Passage(prompt, line.text(object, "text"));
    return new Labelled(passage, label(line, object));
  }

  /** Whether the first line of a file with JSON lines has a label. */
  public static boolean isIn(Path file) {
    boolean[] is = {false};
    either(file)
        .forEach(
            line -> {
              is[0] = line.object().containsKey("label");
              return false;
            });
    return is[0];
  }

  /** The lines of a file that has pairs or labelled texts. */
  public static Lines either(Path file) {
    return new Lines(file, EITHER, Code.BAD_TEXTS);
  }

  private static String label(Lines.Line line, Map<?, ?> object) {
    Object label = object.get("label");
    if (label instanceof Long || label instanceof Boolean) {
      return label.toString();
    }
    return line.text(object, "label");
  }
}
