package dev.steerc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayersTest {
  @ParameterizedTest
  @CsvSource({
    "6, '[6]'",
    "'4-8,10', '[4, 5, 6, 7, 8, 10]'",
    "0..2, '[0, 1, 2]'",
    "all, '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]'",
    "' all ', '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]'",
    "'3, 1 ,3,2-3', '[1, 2, 3]'",
    "5-5, '[5]'",
    "007, '[7]'",
  })
  void rangesAreReadInOrder(String text, String layers) {
    assertThat(Layers.parse(text).of(12)).hasToString(layers);
  }

  @Test
  void highestIsWhatIsNamed() {
    assertThat(Layers.parse("3,9-11,4").highest()).isEqualTo(11);
    assertThat(Layers.parse("all").highest()).isEqualTo(-1);
    assertThat(Layers.parse("0-999999999").highest()).isEqualTo(999_999_999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "1,",
        "a",
        "-1",
        "1-",
        "1--2",
        "1...2",
        "1-2-3",
        "0x3",
        "1.5",
        "9999999999",
        "ALL",
        "all,1",
        "٣",
        "8-4"
      })
  void otherTextIsRefused(String text) {
    Refusal.check(Code.BAD_LAYERS, () -> Layers.parse(text));
  }

  @Test
  void refusalNamesThePart() {
    Refusal.check(
        """
        error[bad-layers]: `--layers 1,8-4` cannot be understood
          note: the range `8-4` runs backwards
          help: pass block numbers and ranges counted from 0, such as 6, 4-8,10 or all
        """,
        () -> Layers.parse("1,8-4"));
    Refusal.check(
        """
        error[bad-layers]: `--layers 1,last` cannot be understood
          note: `last` is neither a number nor a range
          help: pass block numbers and ranges counted from 0, such as 6, 4-8,10 or all
        """,
        () -> Layers.parse("1,last"));
  }
}
