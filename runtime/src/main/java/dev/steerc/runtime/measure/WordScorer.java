package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.text.Lines;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Counts the words that speak for a concept and those that speak against it. A text with more for
 * than against scores 1, any other 0: a draw is no sign of the concept, and neither is nothing.
 *
 * <p>As a file: an entry a line, {@code #} in front of a comment. An entry is a word or some words,
 * whole and in any case, or a {@code /regular expression/}; {@code !} in front of it says that it
 * speaks against.
 *
 * @param entries what is counted, each occurrence
 */
public record WordScorer(Path file, List<Entry> entries) implements TextScorer {
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
  private static final String IN_A_WORD = "[\\p{L}\\p{M}\\p{N}_]";

  /** The characters that an expression may look at in one text; each of them several times. */
  private static final int BUDGET = 20_000_000;

  /** What a line says. */
  public record Entry(Pattern pattern, boolean against) {}

  /**
   * Reads a file.
   *
   * @throws SteercException when it has no entry, or an expression makes no sense
   */
  public static WordScorer open(Path file) {
    List<Entry> entries =
        new Lines(file, "a word, or an /expression/", Code.BAD_SCORER)
            .all().stream()
                .filter(line -> !line.text().strip().startsWith("#"))
                .map(WordScorer::entry)
                .toList();
    if (entries.stream().allMatch(Entry::against)) {
      throw Problem.of(Code.BAD_SCORER, "no word speaks for the concept")
          .at(file)
          .help("write one word a line")
          .exception();
    }
    return new WordScorer(file, entries);
  }

  private static Entry entry(Lines.Line line) {
    String all = line.text().strip();
    boolean against = all.startsWith("!");
    String text = normal(against ? all.substring(1).strip() : all);
    if (text.isEmpty()) {
      throw line.wrong("has nothing behind the `!`", "write the word that speaks against");
    }
    boolean expression = text.length() > 2 && text.startsWith("/") && text.endsWith("/");
    try {
      String pattern = expression ? text.substring(1, text.length() - 1) : words(text);
      return new Entry(
          Pattern.compile(pattern, FLAGS | (expression ? Pattern.UNICODE_CHARACTER_CLASS : 0)),
          against);
    } catch (PatternSyntaxException e) {
      throw line.wrong("is no regular expression", e.getDescription());
    } catch (StackOverflowError e) {
      throw line.wrong("is nested too deeply", Lines.shown(text));
    }
  }

  /** Whole words, with any space between them. */
  private static String words(String text) {
    String inside =
        Arrays.stream(text.split("\\s+")).map(Pattern::quote).collect(Collectors.joining("\\s+"));
    return "(?<!" + IN_A_WORD + ")" + inside + "(?!" + IN_A_WORD + ")";
  }

  /** Accents may be a character of their own or not. */
  private static String normal(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  @Override
  public String label() {
    return "words " + file;
  }

  @Override
  public double[] scores(List<Said> texts) {
    return texts.stream().mapToDouble(said -> score(said.text())).toArray();
  }

  double score(String text) {
    String normal = normal(text);
    int balance = 0;
    for (Entry entry : entries) {
      int times = times(entry.pattern(), normal);
      balance += entry.against() ? -times : times;
    }
    return balance > 0 ? 1 : 0;
  }

  private int times(Pattern pattern, String text) {
    try {
      Matcher matcher = pattern.matcher(new Budgeted(text));
      int times = 0;
      while (matcher.find()) {
        times += matcher.end() > matcher.start() ? 1 : 0; // nothing found is nothing
      }
      return times;
    } catch (OutOfBudget | StackOverflowError e) {
      throw Problem.of(Code.BAD_SCORER, "a regular expression takes too long on a text")
          .at(file)
          .note("/" + pattern.pattern() + "/")
          .note("the text begins " + Lines.shown(text))
          .help("write it without a repetition inside a repetition")
          .exception();
    }
  }

  /** A text that can be looked at so often only. */
  private static final class Budgeted implements CharSequence {
    private final String text;
    private int left = BUDGET;

    Budgeted(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (left-- == 0) {
        throw new OutOfBudget();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static final class OutOfBudget extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutOfBudget() {
      super(null, null, false, false);
    }
  }
}
