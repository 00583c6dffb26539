package dev.steerc.models;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfTest {
  @Test
  void everyFiniteHalfComesBack() {
    for (int bits = 0; bits < 0x7c00; bits++) {
      assertThat(Half.of(Half.toFloat((short) bits))).isEqualTo((short) bits);
      assertThat(Half.of(Half.toFloat((short) (bits | 0x8000)))).isEqualTo((short) (bits | 0x8000));
    }
  }

  @Test
  void tiesGoToTheEvenNeighbour() {
    assertThat(Half.toFloat(Half.of(2049))).isEqualTo(2048);
    assertThat(Half.toFloat(Half.of(2051))).isEqualTo(2052);
    assertThat(Half.toFloat(Half.of(0x1p-25f))).isZero();
    assertThat(Half.toFloat(Half.of(0x3p-25f))).isEqualTo(0x2p-24f);
  }

  @Test
  void theRangeEndsAt65504() {
    assertThat(Half.toFloat(Half.of(65519))).isEqualTo(65504);
    assertThat(Half.toFloat(Half.of(-65520))).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Half.toFloat(Half.of(Float.NaN))).isNaN();
  }
}
