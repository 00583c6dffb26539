package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The choice of what is held out. */
class SplitTest {
  private static final long SEED = Long.getLong("steerc.seed", 73);
  private static final List<String> KEYS =
      IntStream.range(0, 2000).mapToObj(i -> "text " + i).toList();

  @Test
  void orderAndCompanyDoNotMatter() {
    Set<String> heldOut = heldOut(KEYS, 0.2, 3);
    List<String> shuffled = new ArrayList<>(KEYS);
    Collections.shuffle(shuffled, new Random(SEED));
    assertThat(heldOut(shuffled, 0.2, 3)).as("seed " + SEED).isEqualTo(heldOut);
    Set<String> some = heldOut(shuffled.subList(0, 500), 0.2, 3);
    heldOut.retainAll(shuffled.subList(0, 500));
    assertThat(some).isEqualTo(heldOut);
  }

  @Test
  void shareIsAboutWhatWasAskedFor() {
    for (double share : new double[] {0.1, 0.5, 0.9}) {
      int count = heldOut(KEYS, share, 1).size();
      assertThat(count).isBetween((int) (2000 * share - 90), (int) (2000 * share + 90));
    }
    assertThat(Split.of(KEYS, 0, 1)).isEqualTo(new BitSet());
    assertThat(Split.of(KEYS, 1, 1).cardinality()).isEqualTo(2000);
  }

  @Test
  void largerShareHoldsOutTheSameAndMore() {
    assertThat(heldOut(KEYS, 0.3, 1)).containsAll(heldOut(KEYS, 0.2, 1));
  }

  @Test
  void seedDecides() {
    assertThat(heldOut(KEYS, 0.5, 1)).isEqualTo(heldOut(KEYS, 0.5, 1));
    assertThat(heldOut(KEYS, 0.5, 1)).isNotEqualTo(heldOut(KEYS, 0.5, 2));
  }

  @Test
  void eitherSideHasOneAtLeast() {
    for (long seed = 0; seed < 50; seed++) {
      for (double share : new double[] {1e-9, 0.5, 1 - 1e-9}) {
        assertThat(Split.of(List.of("a", "b"), share, seed).cardinality()).isEqualTo(1);
        assertThat(Split.of(List.of("a", "b", "c"), share, seed).cardinality()).isBetween(1, 2);
      }
    }
  }

  @Test
  void equalTextsStayTogether() {
    for (long seed = 0; seed < 50; seed++) {
      BitSet heldOut = Split.of(List.of("a", "b", "a", "a", "b"), 0.3, seed);
      assertThat(heldOut.get(0)).isEqualTo(heldOut.get(2)).isEqualTo(heldOut.get(3));
      assertThat(heldOut.get(1)).isEqualTo(heldOut.get(4)).isNotEqualTo(heldOut.get(0));
      assertThat(Split.of(List.of("a", "a"), 0.9, seed).isEmpty()).isTrue();
    }
  }

  /** What is held out today is to be held out by every later version; computed with Python. */
  @Test
  void choiceStaysWhatItIs() {
    BitSet heldOut = Split.of(KEYS.subList(0, 30), 0.2, 42);
    assertThat(heldOut.stream()).containsExactly(17, 19, 21);
  }

  @Test
  void shareOutsideIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Split.of(KEYS, 1.5, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> Split.of(KEYS, Double.NaN, 1));
  }

  @Test
  void bothRowsOfAPairAreHeldOut() {
    BitSet pairs = new BitSet();
    pairs.set(1);
    Labels labels = Labels.ofPairs(3, pairs);
    assertThat(labels.heldOut().stream()).containsExactly(2, 3);
    assertThat(labels.of()).containsExactly(1, 0, 1, 0, 1, 0);
  }

  private static Set<String> heldOut(List<String> keys, double share, long seed) {
    Set<String> heldOut = new HashSet<>();
    Split.of(keys, share, seed).stream().forEach(i -> heldOut.add(keys.get(i)));
    return heldOut;
  }
}
