package dev.steerc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What each kind of input is fed, for two rows of which one is a token shorter. */
class ColumnsTest {
  private static final int[] SHORTER = {0, 1};
  private static final int[] LENGTHS = {5, 4};

  /** Three tokens in the cache, two to run, rows padded in front. */
  private static final Columns LAST =
      new Columns(new long[][] {{11, 12}, {21, 22}}, SHORTER, LENGTHS, 3, false);

  /** Four columns in the cache, one to run, rows kept from the start. */
  private static final Columns FIRST =
      new Columns(new long[][] {{15}, {24}}, SHORTER, LENGTHS, 4, true);

  @Test
  void idsAndPositionsAreThoseOfTheRow() {
    check(LAST, InputRole.IDS, new long[] {-1, -1}, new long[] {2, 2}, 11, 12, 21, 22);
    check(LAST, InputRole.POSITIONS, new long[] {-1, -1}, new long[] {2, 2}, 3, 4, 2, 3);
    check(FIRST, InputRole.POSITIONS, new long[] {-1, -1}, new long[] {2, 1}, 4, 3);
  }

  @Test
  void positionsOfThreeAxesAreTheSameThrice() {
    check(
        FIRST, InputRole.POSITIONS, new long[] {3, -1, -1}, new long[] {3, 2, 1}, 4, 3, 4, 3, 4, 3);
  }

  @Test
  void theMaskHidesPadding() {
    long[] dims = {2, 5};
    check(LAST, InputRole.MASK, new long[] {-1, -1}, dims, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1);
    check(FIRST, InputRole.MASK, new long[] {-1, -1}, dims, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0);
  }

  @Test
  void aMaskOfAFixedLengthHasNothingBehind() {
    check(
        FIRST,
        InputRole.MASK,
        new long[] {-1, 6},
        new long[] {2, 6},
        1,
        1,
        1,
        1,
        1,
        0,
        1,
        1,
        1,
        1,
        0,
        0);
  }

  @Test
  void aMaskOfScoresHidesWhatComesLater() {
    Feed feed = LAST.feed(InputRole.MASK, OnnxJavaType.FLOAT, new long[] {-1, 1, -1, -1});
    assertThat(feed.dims()).containsExactly(2, 1, 2, 5);
    float no = -Float.MAX_VALUE;
    float[] values = new float[20];
    feed.data().duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    assertThat(values)
        .containsExactly(0, 0, 0, 0, no, 0, 0, 0, 0, 0, no, 0, 0, 0, no, no, 0, 0, 0, 0);
    Feed seen = LAST.feed(InputRole.MASK, OnnxJavaType.BOOL, new long[] {-1, 1, -1, -1});
    assertThat(seen.data().get(4)).isZero();
    assertThat(seen.data().get(9)).isEqualTo((byte) 1);
  }

  @Test
  void countsAreOfColumnsOrOfEachRow() {
    check(FIRST, InputRole.LENGTHS, new long[] {-1}, new long[] {2}, 4, 3);
    check(FIRST, InputRole.LENGTHS, new long[] {-1, 1}, new long[] {2, 1}, 4, 3);
    check(LAST, InputRole.TOTAL, new long[] {}, new long[] {}, 5);
    check(LAST, InputRole.CACHED, new long[] {1}, new long[] {1}, 3);
    check(LAST, InputRole.KEPT, new long[] {}, new long[] {}, 2);
    check(LAST, InputRole.SLOTS, new long[] {-1}, new long[] {2}, 3, 4);
    check(LAST, InputRole.BEAMS, new long[] {-1}, new long[] {2}, 0, 1);
    check(LAST, InputRole.SEGMENTS, new long[] {-1, -1}, new long[] {2, 2}, 0, 0, 0, 0);
  }

  @Test
  void theCacheHasTheRoomThatIsDeclared() {
    assertThat(LAST.cache(new long[] {-1, 4, -1, 16})).containsExactly(2, 4, 3, 16);
    assertThat(LAST.cache(new long[] {-1, 4, 99, 16})).containsExactly(2, 4, 99, 16);
    assertThat(LAST.cache(new long[] {2, -1, 4, -1, 16})).containsExactly(2, 2, 4, 3, 16);
  }

  private static void check(
      Columns columns, InputRole role, long[] declared, long[] dims, long... expected) {
    for (OnnxJavaType type : new OnnxJavaType[] {OnnxJavaType.INT64, OnnxJavaType.INT32}) {
      Feed feed = columns.feed(role, type, declared);
      assertThat(feed.dims()).isEqualTo(dims);
      long[] values = new long[expected.length];
      Arrays.setAll(
          values,
          i -> type == OnnxJavaType.INT64 ? feed.data().getLong(8 * i) : feed.data().getInt(4 * i));
      assertThat(values).as(role + " " + type).isEqualTo(expected);
      assertThat(feed.data().limit()).isEqualTo(expected.length * type.size);
    }
  }
}
