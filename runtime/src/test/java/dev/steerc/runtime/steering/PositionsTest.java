package dev.steerc.runtime.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are steered, and how much: a prompt of four tokens and four more. */
class PositionsTest {
  private static final int PROMPT = 4;

  @ParameterizedTest
  @CsvSource({
    "all,        11111111",
    "prompt,     11110000",
    "generated,  00001111",
    "first:0,    00000000",
    "first:1,    10000000",
    "first:5,    11111000",
    "first:99,   11111111",
    "last:0,     00000000",
    "last:1,     00010000",
    "last:4,     11110000",
    "last:9,     11110000",
    "after:0,    11111111",
    "after:3,    00011111",
    "after:4,    00001111",
    "after:5,    00000111",
    "after:9,    00000000"
  })
  void everyRuleTakesItsTokens(String text, String expected) {
    Positions positions = Positions.parse(text).orElseThrow();
    String taken =
        IntStream.range(0, expected.length())
            .mapToObj(i -> positions.includes(i, PROMPT) ? "1" : "0")
            .reduce("", String::concat);
    assertThat(taken).isEqualTo(expected);
    assertThat(positions).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "none", "first", "first:", "after:-1", "prompt:1", "after:9999999999"})
  void whatIsNoRuleIsNone(String text) {
    assertThat(Positions.parse(text)).isEmpty();
  }

  @Test
  void countsAreNotNegative() {
    assertThatIllegalArgumentException().isThrownBy(() -> Positions.first(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Decay.linear(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Decay.halfLife(-1));
  }

  @Test
  void decayIsWholeOverThePrompt() {
    for (Decay decay : new Decay[] {Decay.CONSTANT, Decay.linear(3), Decay.halfLife(2)}) {
      for (int position = 0; position < PROMPT; position++) {
        assertThat(decay.at(position, PROMPT)).isEqualTo(1);
      }
    }
  }

  @Test
  void linearDecayEndsAtNothing() {
    check(Decay.linear(4), 0.75, 0.5, 0.25, 0, 0, 0);
    check(Decay.linear(1), 0, 0, 0);
  }

  @Test
  void halfLifeHalves() {
    check(Decay.halfLife(1), 0.5, 0.25, 0.125);
    check(Decay.halfLife(2), Math.sqrt(0.5), 0.5, 0.5 * Math.sqrt(0.5), 0.25);
  }

  @Test
  void constantStays() {
    check(Decay.CONSTANT, 1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"constant", "linear:20", "half-life:8"})
  void decaysAreWrittenAsTheyAreRead(String text) {
    assertThat(Decay.parse(text).map(Decay::toString)).isEqualTo(Optional.of(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "linear", "linear:0", "linear:-1", "half-life:x", "constant:1"})
  void whatIsNoDecayIsNone(String text) {
    assertThat(Decay.parse(text)).isEmpty();
  }

  @Test
  void strengthOfATermIsAllOfThem() {
    Term term = Term.of(Vector.of("v", 1), -2).on(Positions.after(3)).fading(Decay.linear(4));
    double[] expected = {0, 0, 0, -2, -1.5, -1, -0.5, 0, 0};
    for (int i = 0; i < expected.length; i++) {
      assertThat(term.strengthAt(i, PROMPT)).isCloseTo(expected[i], within(1e-12));
    }
  }

  private static void check(Decay decay, double... generated) {
    for (int i = 0; i < generated.length; i++) {
      assertThat(decay.at(PROMPT + i, PROMPT)).isCloseTo(generated[i], within(1e-12));
    }
  }
}
