package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.capture.Passage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts to learn from, as files have them. */
class ExamplesTest {
  @TempDir private Path folder;

  private Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void pairsMayHaveAPrompt() {
    Path file =
        file(
            "pairs.jsonl",
            """
            {"positive": "I am glad", "negative": "I am sad", "source": "mine"}

            {"prompt": "How?", "positive": " Well!", "negative": " We are ill"}
            """);
    List<Contrast> pairs = Contrasts.read(file);
    assertThat(pairs)
        .containsExactly(
            new Contrast("I am glad", "I am sad"), new Contrast("How?", " Well!", " We are ill"));
    assertThat(pairs.get(0).having()).isEqualTo(new Passage("I am ", "glad"));
    assertThat(pairs.get(0).lacking()).isEqualTo(new Passage("I am ", "sad"));
    assertThat(pairs.get(1).having()).isEqualTo(new Passage("How?", " Well!"));
    assertThat(pairs.get(1).lacking()).isEqualTo(new Passage("How?", " We are ill"));
  }

  @Test
  void commonBeginningEndsBetweenCharacters() {
    Contrast faces = new Contrast("so 😀", "so 😁");
    assertThat(faces.having()).isEqualTo(new Passage("so ", "😀"));
    Contrast more = new Contrast("yes", "yes but no");
    assertThat(more.having()).isEqualTo(new Passage("yes", ""));
    assertThat(more.lacking()).isEqualTo(new Passage("yes", " but no"));
    Contrast whole = new Contrast("so 😀 you", "so 😀 me");
    assertThat(whole.having()).isEqualTo(new Passage("so 😀 ", "you"));
  }

  @Test
  void linesOfTwoFilesArePaired() {
    Path glad = file("glad.txt", "\ufeffhappy\r\n\r\ncheerful\r\n");
    Path sad = file("sad.txt", "sad\ngloomy");
    assertThat(Contrasts.read(glad, sad))
        .containsExactly(new Contrast("happy", "sad"), new Contrast("cheerful", "gloomy"));
    assertThat(Contrasts.filled("I feel {}.", glad, sad))
        .containsExactly(
            new Contrast("I feel ", "happy.", "sad."),
            new Contrast("I feel ", "cheerful.", "gloomy."));
    Path one = file("one.txt", "down");
    Problem problem = problem(() -> Contrasts.read(glad, one));
    assertThat(problem.code()).isEqualTo(Code.BAD_PAIRS);
    assertThat(problem.what()).isEqualTo("there are 2 positive texts and 1 negative ones");
  }

  @ParameterizedTest
  @CsvSource({"I feel.", "I feel {} and {}", "''", "{ }"})
  void templateHasOneHole(String template) {
    Path words = file("words.txt", "happy");
    assertThat(problem(() -> Contrasts.filled(template, words, words)).code())
        .isEqualTo(Code.BAD_PAIRS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"positive\": \"a\"}                       | has no `negative`",
        "{\"positive\": 1, \"negative\": \"b\"}        | has something other than text at `positive`",
        "\"a\"                                     | is no JSON object",
      })
  void pairThatMakesNoSenseIsNumbered(String line, String how) {
    Path file = file("pairs.jsonl", "{\"positive\": \"a\", \"negative\": \"b\"}\n" + line);
    Problem problem = problem(() -> Contrasts.read(file));
    assertThat(problem.code()).isEqualTo(Code.BAD_TEXTS);
    assertThat(problem.what()).isEqualTo("line 2 " + how);
    assertThat(problem.help()).contains("\"positive\"");
  }

  @Test
  void labelledTextsCountInTheOrderOfTheirNames() {
    Path file =
        file(
            "labelled.jsonl",
            """
            {"text": "x", "label": "b"}
            {"text": " y", "label": "a", "prompt": "p"}
            {"text": "z", "label": 3}
            {"text": "w", "label": true}
            """);
    assertThat(Labelled.isIn(file)).isTrue();
    Examples examples = Examples.ofLabelled(Labelled.read(file));
    assertThat(examples.classes()).containsExactly("3", "a", "b", "true");
    assertThat(examples.of()).containsExactly(2, 1, 0, 3);
    assertThat(examples.passages()).startsWith(new Passage("", "x"), new Passage("p", " y"));
    assertThat(examples.paired()).isFalse();
    Path none = file("none.jsonl", "{\"text\": \"x\"}");
    assertThat(Labelled.isIn(none)).isFalse();
    assertThat(problem(() -> Labelled.read(none)).what()).isEqualTo("line 1 has no `label`");
    assertThat(problem(() -> Examples.ofLabelled(List.of())).code()).isEqualTo(Code.BAD_PAIRS);
    List<Labelled> alike = List.of(new Labelled(new Passage("", "x"), "a"));
    assertThat(problem(() -> Examples.ofLabelled(alike)).notes()).containsExactly("all are of `a`");
  }

  @Test
  void bothTextsOfAPairAreHeldOutOrNone() {
    Examples examples = Examples.ofPairs(List.of(new Contrast("a", "b"), new Contrast("c", "d")));
    BitSet second = new BitSet();
    second.set(1);
    Labels labels = examples.labels(second);
    assertThat(labels.of()).containsExactly(1, 0, 1, 0);
    assertThat(labels.heldOut().stream().toArray()).containsExactly(2, 3);
    assertThat(examples.count()).isEqualTo(2);
  }

  @Test
  void beginningsAreOfWhatIsNotHeldOut() {
    Examples examples =
        Examples.ofPairs(
            List.of(
                new Contrast("How? ", "Well", "Ill"),
                new Contrast("I am glad", "I am sad"),
                new Contrast("glad ", "sad"),
                new Contrast("Why?", "a", "b")));
    BitSet last = new BitSet();
    last.set(3);
    assertThat(examples.beginnings(last)).containsExactly("How?", "I am", "glad", "sad");
  }

  @Test
  void pairsThatTellNothingApartAreNumbered() {
    assertThat(problem(() -> Examples.ofPairs(List.of())).code()).isEqualTo(Code.BAD_PAIRS);
    List<Contrast> pairs = List.of(new Contrast("a", "b"), new Contrast("p", "c", "c"));
    assertThat(problem(() -> Examples.ofPairs(pairs)).what())
        .isEqualTo("both texts of pair 2 are the same");
  }

  private static Problem problem(Supplier<?> work) {
    List<Problem> problems = new ArrayList<>();
    assertThatExceptionOfType(SteercException.class)
        .isThrownBy(work::get)
        .satisfies(e -> problems.addAll(e.problems()));
    return problems.get(0);
  }
}
