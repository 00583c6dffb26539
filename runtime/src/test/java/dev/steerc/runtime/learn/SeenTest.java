package dev.steerc.runtime.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Knowing prompts again without keeping them. */
class SeenTest {

  @Test
  void promptsAreKnownAgain() {
    Seen seen = Seen.parse(Seen.of(List.of("I feel", "Every day", "I feel")).text());
    assertThat(seen.prefixes()).hasSize(2);
    assertThat(seen.contains(" I feel\n")).isTrue();
    assertThat(seen.contains("I feel fine")).isFalse();
  }

  /** The SHA-256 of "abc" begins ba7816bf, that of nothing e3b0c442: in order without a sign. */
  @Test
  void textIsBase64OfSortedPrefixes() {
    byte[] bytes = Base64.getDecoder().decode(Seen.of(List.of("", "abc")).text());
    assertThat(bytes).containsExactly(0xba, 0x78, 0x16, 0xbf, 0xe3, 0xb0, 0xc4, 0x42);
    assertThat(Seen.of(List.of()).text()).isEmpty();
    assertThat(Seen.parse("").contains("abc")).isFalse();
  }

  @Test
  void brokenTextIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Seen.parse("AAAA"));
    assertThatIllegalArgumentException().isThrownBy(() -> Seen.parse("not base64!"));
  }
}
