package dev.steerc.runtime.algebra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.runtime.format.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "0.6*joy - 0.2*formal       | 0.6*joy - 0.2*formal",
        "joy                        | joy",
        "-joy + calm                | -joy + calm",
        "-0.5*joy                   | -0.5*joy",
        "joy*2 + .5 * calm          | 2*joy + 0.5*calm",
        "kitchen-question - joy     | kitchen-question - joy",
        "1e-3*joy + -2*calm         | 0.001*joy - 2*calm",
        "a/b.npy + 2*v.safetensors  | a/b.npy + 2*v.safetensors",
        "2*'my *v' + '7'            | 2*'my *v' + 7",
        "joy + joy                  | joy + joy",
        "1e400*0 + joy              | ?",
      })
  void sumsAreRead(String text, String read) {
    if (read.equals("?")) {
      Refusal.check(Code.BAD_MIX, () -> Mix.parse(text));
    } else {
      assertThat(Mix.parse(text)).hasToString(read);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"             | the end is missing",
        "joy +            | the end is missing",
        "0.6              | `0.6` has no vector: write it as 0.6*NAME",
        "joy calm         | expected + or - before `calm`",
        "joy + - calm     | no vector",
        "joy +calm        | expected a space behind the + of `calm`",
        "joy * calm       | `joy*calm` is no number times a vector",
        "2*3              | `2*3` is no number times a vector",
        "2**joy           | no vector before `*joy`",
        "2*'joy           | a quote is not closed",
        "2*joy*3          | expected + or - before `*3`",
        "1e999*joy        | `1e999` is no finite number",
      })
  void othersAreRefusedWithTheReason(String text, String note) {
    assertThat(Refusal.check(Code.BAD_MIX, () -> Mix.parse(text)).notes().get(0)).contains(note);
  }

  @Test
  void minusInANameIsNoSign() {
    assertThat(Mix.parse("joy-formal").parts()).hasSize(1);
  }
}
