package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Prompts that are known again by their fingerprints. */
class SeenTest {
  @Test
  void promptIsKnownAgainWhateverSpaceIsAroundIt() {
    Seen seen = Seen.of(List.of("I feel", " I am\n"));
    assertThat(seen.contains("I feel ")).isTrue();
    assertThat(seen.contains("I am")).isTrue();
    assertThat(seen.contains("I  am")).isFalse();
    assertThat(seen.contains("i feel")).isFalse();
  }

  /** The first four bytes of the digests as sha256sum prints them, sorted, in base64. */
  @Test
  void textIsTheSortedBeginningsOfTheDigests() {
    Seen seen = Seen.of(List.of("abc", "", "abc"));
    assertThat(seen.text()).isEqualTo("ungWv+OwxEI=");
    assertThat(Seen.parse(seen.text())).isEqualTo(seen);
    assertThat(Seen.parse("")).isEqualTo(Seen.of(List.of()));
  }

  @Test
  void otherTextIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Seen.parse("AAAA"));
    assertThatIllegalArgumentException().isThrownBy(() -> Seen.parse("ä"));
  }
}
