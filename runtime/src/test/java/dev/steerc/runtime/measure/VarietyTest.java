package dev.steerc.runtime.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How varied texts are. */
class VarietyTest {

  @Test
  void repetitionIsTheShareOfGroupsThatWereThere() {
    assertThat(Variety.repetition(List.of("a b c d e f"))).isZero();
    assertThat(Variety.repetition(List.of("a a a a a"))).isEqualTo(0.5);
    assertThat(Variety.repetition(List.of("a b c d a b c d"))).isCloseTo(0.2, within(1e-12));
    assertThat(Variety.repetition(List.of("a a a a a", "too short", "")))
        .isCloseTo(0.5 / 3, within(1e-12));
    assertThat(Variety.repetition(List.of())).isZero();
  }

  @Test
  void sharesEqualCountingByHand() {
    Random random = new Random(5);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      StringBuilder text = new StringBuilder();
      for (int word = random.nextInt(20); word > 0; word--) {
        text.append(' ').append((char) ('a' + random.nextInt(3)));
      }
      texts.add(text.toString());
    }
    for (int n = 1; n <= 3; n++) {
      Set<String> different = new HashSet<>();
      int all = 0;
      for (String text : texts) {
        String letters = text.replace(" ", ""); // a word is one letter
        for (int i = 0; i + n <= letters.length(); i++) {
          different.add(letters.substring(i, i + n));
          all++;
        }
      }
      assertThat(Variety.distinct(texts, n)).isEqualTo((double) different.size() / all);
    }
    double repeated = 0;
    for (String text : texts) {
      String letters = text.replace(" ", "");
      int again = 0;
      for (int i = 0; i + 4 <= letters.length(); i++) {
        again += letters.indexOf(letters.substring(i, i + 4)) < i ? 1 : 0;
      }
      repeated += letters.length() < 4 ? 0 : (double) again / (letters.length() - 3);
    }
    assertThat(Variety.repetition(texts)).isCloseTo(repeated / 30, within(1e-12));
  }
}
