package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counting words for and against. */
class WordScorerTest {
  @TempDir private Path folder;

  private WordScorer scorer(String... lines) {
    try {
      return WordScorer.open(Files.writeString(folder.resolve("w.txt"), String.join("\n", lines)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void moreForThanAgainstScores() {
    WordScorer joy = scorer("# joy", "happy", "ice cream", "!sad", "!/gr(a|e)y/");
    assertThat(joy.score("a happy day")).isEqualTo(1);
    assertThat(joy.score("HAPPY, and Happy; once sad")).isEqualTo(1);
    assertThat(joy.score("happy but sad")).isZero();
    assertThat(joy.score("happy on a grey and gray day")).isZero();
    assertThat(joy.score("ice \n cream")).isEqualTo(1);
    assertThat(joy.score("")).isZero();
    assertThat(joy.score("nothing of it")).isZero();
  }

  @Test
  void wordsAreWholeInEveryScript() {
    WordScorer words = scorer("\ufeffart", "größe", "Дом", "c++", "caf\u00e9");
    assertThat(words.score("the start of an artist")).isZero();
    assertThat(words.score("art_1 art2")).isZero();
    assertThat(words.score("Art!")).isEqualTo(1);
    assertThat(words.score("GRÖßE")).isEqualTo(1);
    assertThat(words.score("дом")).isEqualTo(1);
    assertThat(words.score("дома")).isZero();
    assertThat(words.score("in C++, say")).isEqualTo(1);
    assertThat(words.score("a cafe\u0301.")).isEqualTo(1);
  }

  @Test
  void expressionsAreExpressions() {
    WordScorer words = scorer("/\\bjoy\\w*/", "/x*/");
    assertThat(words.score("joyful")).isEqualTo(1);
    assertThat(words.score("enjoy")).isZero();
    assertThat(words.score("X")).isEqualTo(1);
  }

  @Test
  void expressionThatTakesForeverIsStopped() {
    WordScorer slow = scorer("/(x+x+)+y/");
    String text = "x".repeat(5000);
    Refused.check(Code.BAD_SCORER, "takes too long", () -> slow.score(text));
    WordScorer deep = scorer("/(a|b|c)*d/");
    Refused.check(Code.BAD_SCORER, "takes too long", () -> deep.score("abc".repeat(100_000)));
  }

  @Test
  void filesThatSayNothingAreRefused() {
    Refused.check(Code.BAD_SCORER, "no word speaks for", () -> scorer("# only a comment"));
    Refused.check(Code.BAD_SCORER, "no word speaks for", () -> scorer("!sad"));
    Refused.check(Code.BAD_SCORER, "line 2 is no regular expression", () -> scorer("a", "/(/"));
    Refused.check(Code.BAD_SCORER, "line 1 has nothing behind", () -> scorer("! "));
    Refused.check(
        Code.BAD_SCORER,
        "line 1",
        () -> scorer("/" + "(".repeat(200_000) + ")".repeat(200_000) + "/"));
  }
}
