package dev.steerc.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of texts, as people write them. */
class TextFileTest {
  @TempDir private Path folder;

  private List<Passage> read(String name, String content) throws IOException {
    return read(name, content.getBytes(StandardCharsets.UTF_8), Long.MAX_VALUE);
  }

  private List<Passage> read(String name, byte[] content, long most) throws IOException {
    List<Passage> passages = new ArrayList<>();
    new TextFile(Files.write(folder.resolve(name), content), most).forEach(passages::add);
    return passages;
  }

  @Test
  void plainTextHasOneInEachLine() throws IOException {
    assertThat(read("a.txt", "one\n\n two \r\n \t\n{\"text\": 1}"))
        .containsExactly(
            new Passage("", "one"), new Passage("", " two "), new Passage("", "{\"text\": 1}"));
    assertThat(read("a.txt", "\ufeffone\r\n")).containsExactly(new Passage("", "one"));
    assertThat(read("a.txt", "")).isEmpty();
  }

  @Test
  void jsonLinesHaveTextOrPromptAndCompletion() throws IOException {
    String lines =
        """
        {"text": "a\\nb", "id": 7, "more": {"x": [1]}}

        {"prompt": "p", "completion": " c"}
        {"prompt": "p", "text": " t"}
        {"prompt": null, "text": ""}
        """;
    assertThat(read("a.jsonl", lines))
        .containsExactly(
            new Passage("", "a\nb"),
            new Passage("p", " c"),
            new Passage("p", " t"),
            new Passage("", ""));
    assertThat(read("B.NDJSON", "\ufeff{\"text\": \"é\"}\r\n"))
        .containsExactly(new Passage("", "é"));
  }

  @Test
  void firstFewCanBeTaken() throws IOException {
    byte[] lines = "one\n\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8);
    assertThat(read("a.txt", lines, 2))
        .containsExactly(new Passage("", "one"), new Passage("", "two"));
    assertThat(read("a.txt", lines, 0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"txt\": \"a\"}                      | has no `text` or `completion`",
        "{\"text\": \"a\", \"completion\": \"b\"} | has both `text` and `completion`",
        "{\"text\": 5}                         | has something other than text at `text`",
        "{\"text\": \"a\", \"prompt\": []}       | has something other than text at `prompt`",
        "[\"a\"]                               | is no JSON object",
        "{\"text\": \"a\"                      | is no JSON object: character 12: `,` expected",
      })
  void lineThatMakesNoSenseIsNumbered(String line, String problem) throws IOException {
    Problem found =
        CaptureTest.assertProblem(
            Code.BAD_TEXTS, () -> unchecked("a.jsonl", "\n{\"text\": \"a\"}\n" + line + "\n"));
    assertThat(found.what()).isEqualTo("line 3 " + problem);
    assertThat(found.where()).endsWith("a.jsonl");
    assertThat(found.help()).contains("{\"text\": \"…\"}");
  }

  private void unchecked(String name, String content) {
    try {
      read(name, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void lineHasAMebibyteAtMost() throws IOException {
    String most = "é".repeat(1 << 19);
    assertThat(read("a.txt", "x\n" + most + "\ny").get(1).completion()).isEqualTo(most);
    Problem problem =
        CaptureTest.assertProblem(Code.BAD_TEXTS, () -> unchecked("a.txt", "x\n" + most + "z"));
    assertThat(problem.what()).isEqualTo("line 2 is longer than 1 MiB");
  }

  @Test
  void onlyTextFilesAreRead() throws IOException {
    Path bytes = Files.write(folder.resolve("b.txt"), new byte[] {'a', '\n', (byte) 0xff});
    Problem problem = CaptureTest.assertProblem(Code.BAD_TEXTS, () -> forEach(bytes));
    assertThat(problem.what()).isEqualTo("line 2 is no UTF-8 text");
    CaptureTest.assertProblem(Code.FILE_NOT_FOUND, () -> forEach(folder.resolve("none.txt")));
    CaptureTest.assertProblem(Code.FILE_UNREADABLE, () -> forEach(folder));
  }

  private static void forEach(Path file) {
    new TextFile(file, Long.MAX_VALUE).forEach(passage -> {});
  }
}
