package dev.steerc.trainer;

import static dev.steerc.trainer.Batches.IGNORED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.trainer.Batches.Rows;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest {
  @Test
  void aRowBeginsWithItsDocumentAndEndsWithTheEnd() {
    Rows rows = Toy.batches(List.of(new int[] {7, 8, 9})).at(0);
    assertThat(rows.ids()).containsExactly(7, 8, 9);
    assertThat(rows.targets()).containsExactly(8, 9, Toy.END);
  }

  @Test
  void shorterRowsHavePaddingAtTheRight() {
    Rows rows = Toy.batches(List.of(new int[] {7, 8, 9}, new int[] {5})).at(0);
    assertThat(rows.ids()).containsExactly(5, 0, 0, 7, 8, 9);
    assertThat(rows.targets()).containsExactly(Toy.END, IGNORED, IGNORED, 8, 9, Toy.END);
    assertThat(rows.count()).isEqualTo(4);
  }

  @Test
  void aLongDocumentIsCutAndDoesNotEnd() {
    int[] document = new int[20];
    Arrays.setAll(document, i -> i);
    Rows rows = Toy.batches(List.of(document)).at(0);
    assertThat(rows.width()).isEqualTo(16);
    assertThat(rows.targets()).doesNotContain(Toy.END).endsWith(16L);
  }

  @Test
  void batchesStayWithinTheirSize() {
    assertThat(Toy.batches().epoch(0))
        .allSatisfy(rows -> assertThat(rows.ids()).hasSizeLessThanOrEqualTo(128));
  }

  @Test
  void anEpochHasEveryTokenOnce() {
    int expected = Toy.documents().stream().mapToInt(d -> Math.min(16, d.length)).sum();
    int sum = Toy.batches().epoch(3).stream().mapToInt(Rows::count).sum();
    assertThat(sum).isEqualTo(expected);
  }

  @Test
  void stepsRunThroughTheEpochs() {
    Batches batches = Toy.batches();
    int size = batches.epoch(0).size();
    assertThat(batches.at(size - 1).ids()).isEqualTo(batches.epoch(0).get(size - 1).ids());
    assertThat(batches.at(size).ids()).isEqualTo(batches.epoch(1).get(0).ids());
  }
}
