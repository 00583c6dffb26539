package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.models.Batch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a batch and tokens of a sequence are steered alike together and apart (law 6). */
class BatchLawTest {
  private static final long SEED = Long.getLong("steerc.seed", 11);
  private static final int PROMPT = 4;

  @TempDir private Path folder;

  static Stream<ModelUnderTest> promptModels() {
    return models().filter(m -> !m.isStepOnly());
  }

  static Stream<ModelUnderTest> cachedModels() {
    return models().filter(ModelUnderTest::isCached);
  }

  /** Those whose every column can be looked at. */
  private static Stream<ModelUnderTest> models() {
    return ModelUnderTest.all().stream().filter(m -> !m.isLastOnly());
  }

  @ParameterizedTest
  @MethodSource("promptModels")
  void rowsOfABatchAreSteeredAlone(ModelUnderTest model) {
    Inputs inputs = new Inputs(SEED);
    try (Decoders decoders = new Decoders(model, folder)) {
      Decoder original = decoders.original();
      Batch batch = inputs.batch(original, model, 7, 7, 7);
      List<Steering> steering = steering(model, inputs, batch.rows(), batch.width());
      Floats together = decoders.of(steering).run(batch, steering).logits();
      for (int row = 0; row < batch.rows(); row++) {
        // a graph of fixed size gets the same row in all its rows
        Batch alone = Batch.leftPadded(repeated(batch.ids()[row], original.fixedRows()));
        List<Steering> own = Steering.row(steering, row);
        Floats single = decoders.of(steering).run(alone, own).logits();
        new Comparison()
            .add(row(single, 0), row(together, row), alone, 0)
            .within(model, "rows", "seed " + SEED + ", row " + row);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("promptModels")
  void paddedRowsAreSteeredAlone(ModelUnderTest model) {
    Inputs inputs = new Inputs(SEED);
    try (Decoders decoders = new Decoders(model, folder)) {
      if (!decoders.original().takesPadding()) {
        return;
      }
      int[] lengths = {7, 4, 6};
      Batch batch = inputs.batch(decoders.original(), model, lengths);
      List<Steering> steering = steering(model, inputs, lengths.length, batch.width());
      Floats together = decoders.of(steering).run(batch, steering).logits();
      for (int row = 0; row < lengths.length; row++) {
        int padding = batch.width() - lengths[row];
        long[] ids = batch.ids()[row];
        Batch alone = Batch.single(Arrays.copyOfRange(ids, padding, ids.length));
        List<Steering> own = Steering.columns(Steering.row(steering, row), padding, batch.width());
        Floats single = decoders.of(steering).run(alone, own).logits();
        Floats padded = columns(row(together, row), padding);
        new Comparison()
            .add(single, padded, alone, 0)
            .within(model, "padded rows", "seed " + SEED + ", row " + row);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cachedModels")
  void cachedDecodingEqualsFullRecompute(ModelUnderTest model) {
    Inputs inputs = new Inputs(SEED);
    try (Decoders decoders = new Decoders(model, folder)) {
      Batch batch = inputs.batch(decoders.original(), model, 8, 8);
      for (List<Steering> steering :
          List.of(List.<Steering>of(), steering(model, inputs, batch.rows(), batch.width()))) {
        Decoder decoder = decoders.of(steering);
        Floats whole = decoder.run(batch, steering).logits();
        int first = 0;
        for (Floats logits : decoder.logits(batch, PROMPT, steering)) {
          String what = "seed " + SEED + ", column " + first + ", " + steering.size() + " ops";
          new Comparison().add(whole, logits, batch, first).within(model, "cache", what);
          first += (int) logits.dims()[1];
        }
        assertThat(first).isEqualTo(batch.width());
      }
    }
  }

  /** Another edit in every row and at every token, at three sites. */
  private static List<Steering> steering(
      ModelUnderTest model, Inputs inputs, int rows, int columns) {
    int width = model.residual().hidden();
    int last = model.residual().blocks() - 1;
    List<Steering> steering = new ArrayList<>();
    steering.add(inputs.project(new Site.InBlock(0, Site.Kind.ATTN_OUT), width, rows, columns));
    steering.add(
        inputs.add(new Site.InBlock(last / 2, Site.Kind.RESID_POST), width, rows, columns));
    steering.add(inputs.project(new Site.InBlock(last, Site.Kind.RESID_PRE), width, rows, columns));
    return steering;
  }

  private static long[][] repeated(long[] row, int times) {
    long[][] rows = new long[Math.max(1, times)][];
    Arrays.fill(rows, row);
    return rows;
  }

  private static Floats row(Floats tensor, int row) {
    int size = tensor.values().length / (int) tensor.dims()[0];
    float[] values = Arrays.copyOfRange(tensor.values(), row * size, (row + 1) * size);
    return new Floats(new long[] {1, tensor.dims()[1], tensor.dims()[2]}, values);
  }

  private static Floats columns(Floats row, int first) {
    int width = row.width();
    float[] values = Arrays.copyOfRange(row.values(), first * width, row.values().length);
    return new Floats(new long[] {1, row.dims()[1] - first, width}, values);
  }
}
