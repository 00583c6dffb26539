package dev.steerc.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.steerc.models.TestData;
import dev.steerc.runtime.text.Tokenizer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which tokens of a text count. */
class TokensTest {
  private static Tokenizer words;

  @BeforeAll
  static void open() {
    words = Tokenizer.open(TestData.root().resolve("models/demo/tokenizer.json"));
  }

  @AfterAll
  static void close() {
    words.close();
  }

  private static String counted(String prompt, String completion) {
    Tokens tokens = Tokens.of(new Passage(prompt, completion), words);
    long[] ids = tokens.ids();
    assertThat(ids).isEqualTo(words.encode(prompt + completion));
    return words.decode(Arrays.copyOfRange(ids, tokens.from(), ids.length));
  }

  @Test
  void completionBeginsWhereTheTokensDiffer() {
    assertThat(counted("She felt", " happy all day")).isEqualTo(" happy all day");
    assertThat(counted("", "She felt happy"))
        .isEqualTo(" She felt happy"); // as the tokenizer has it
    // a space and a beginning of a word fall into one token with what is behind them
    assertThat(counted("She felt ", "happy all day")).isEqualTo(" happy all day");
    assertThat(counted("She felt hap", "py all day")).isEqualTo(" happy all day");
  }

  @Test
  void lastTokenCountsInAnyCase() {
    assertThat(counted("She felt happy", "")).isEqualTo(" happy");
  }

  @Test
  void cuttingKeepsTheEnd() {
    Tokens text = new Tokens(new long[] {1, 2, 3, 4, 5}, 3);
    check(text.last(3), 1, 3, 4, 5);
    check(text.last(1), 0, 5);
    assertThat(text.last(5)).isSameAs(text);
    assertThatIllegalArgumentException().isThrownBy(() -> new Tokens(new long[] {1, 2}, 2));
  }

  private static void check(Tokens text, int from, long... ids) {
    assertThat(text.ids()).containsExactly(ids);
    assertThat(text.from()).isEqualTo(from);
  }
}
