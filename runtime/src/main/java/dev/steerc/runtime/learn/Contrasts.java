package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.text.Lines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads pairs of texts from files. */
public final class Contrasts {
  private static final String FORM =
      "{\"positive\": \"…\", \"negative\": \"…\"}, with a \"prompt\" where both begin alike";
  private static final String HOLE = "{}";

  private Contrasts() {}

  /**
   * Reads a file with a JSON object in each line: {@code positive}, {@code negative} and perhaps
   * {@code prompt}.
   *
   * @throws dev.steerc.problem.SteercException naming the line that makes no sense
   */
  public static List<Contrast> read(Path file) {
    List<Contrast> pairs = new ArrayList<>();
    lines(file).forEach(line -> pairs.add(of(line)));
    return pairs;
  }

  /** The lines of such a file. */
  public static Lines lines(Path file) {
    return new Lines(file, FORM, Code.BAD_TEXTS);
  }

  /**
   * The pair of one of its lines.
   *
   * @throws dev.steerc.problem.SteercException when it makes no sense
   */
  public static Contrast of(Lines.Line line) {
    Map<?, ?> object = line.object();
    return new Contrast(
        line.optional(object, "prompt").orElse(""),
        line.text(object, "positive"),
        line.text(object, "negative"));
  }

  /**
   * Reads two files with a text in each line; the texts of a pair stand in the same place, blank
   * lines aside.
   *
   * @throws dev.steerc.problem.SteercException when one file has more than the other
   */
  public static List<Contrast> read(Path positives, Path negatives) {
    return filled(HOLE, positives, negatives);
  }

  /**
   * Reads two files with a word in each line, and puts each into a template.
   *
   * @param template a text with {@code {}} in one place, such as {@code I feel {}.}
   */
  public static List<Contrast> filled(String template, Path positives, Path negatives) {
    int hole = template.indexOf(HOLE);
    if (hole < 0 || template.indexOf(HOLE, hole + 1) >= 0) {
      throw Problem.of(Code.BAD_PAIRS, "the template `" + template + "` has not exactly one `{}`")
          .help("write it as \"I feel {}.\"")
          .exception();
    }
    String before = template.substring(0, hole);
    String behind = template.substring(hole + HOLE.length());
    List<String> more = texts(positives);
    List<String> less = texts(negatives);
    if (more.size() != less.size()) {
      throw Problem.of(
              Code.BAD_PAIRS,
              "there are " + more.size() + " positive texts and " + less.size() + " negative ones")
          .at(positives + ", " + negatives)
          .help("write the texts of a pair into the same line of both files")
          .exception();
    }
    List<Contrast> pairs = new ArrayList<>();
    for (int i = 0; i < more.size(); i++) {
      pairs.add(new Contrast(before, more.get(i) + behind, less.get(i) + behind));
    }
    return pairs;
  }

  private static List<String> texts(Path file) {
    List<String> texts = new ArrayList<>();
    new Lines(file, "a text", Code.BAD_TEXTS).forEach(line -> texts.add(line.text()));
    return texts;
  }
}
