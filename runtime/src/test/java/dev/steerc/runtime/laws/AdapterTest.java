package dev.steerc.runtime.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.onnxruntime.OrtLoraAdapter;
import dev.steerc.models.Batch;
import dev.steerc.models.TestData;
import dev.steerc.plan.InputMode;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Adapter;
import dev.steerc.runtime.format.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterTest {
  private static final long SEED = Long.getLong("steerc.seed", 5);
  private static final int HIDDEN = 24;
  private static final Site.InBlock SITE = new Site.InBlock(2, Site.Kind.RESID_POST);

  @TempDir private Path folder;

  @Test
  void identifierIsTort() {
    byte[] identifier = new byte[4];
    someAdapter().get(4, identifier);
    assertThat(new String(identifier, StandardCharsets.US_ASCII)).isEqualTo("TORT");
  }

  @Test
  void sameParametersGiveTheSameBytes() {
    assertThat(someAdapter()).isEqualTo(someAdapter());
  }

  @Test
  void numbersAreAlignedToEightBytes() {
    Floats tensor = new Inputs(SEED).tensor(1, 0, 1, 3, 5);
    ByteBuffer adapter = Adapter.of(Map.of("steer.blocks.0.resid_post.add", tensor));
    ByteBuffer first = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    first.putFloat(0, tensor.values()[0]);
    assertThat(find(adapter, first.array()) % 8).as("seed " + SEED).isZero();
  }

  private static int find(ByteBuffer all, byte[] some) {
    for (int at = 0; at + some.length <= all.limit(); at++) {
      byte[] here = new byte[some.length];
      all.get(at, here);
      if (Arrays.equals(here, some)) {
        return at;
      }
    }
    throw new AssertionError("the numbers are not there");
  }

  @Test
  void onnxRuntimeAcceptsBufferAndFile() throws Exception {
    Path file = folder.resolve("vectors.onnx_adapter");
    ByteBuffer bytes = someAdapter();
    byte[] content = new byte[bytes.remaining()];
    bytes.get(0, content);
    Files.write(file, content);
    assertThatCode(() -> OrtLoraAdapter.create(bytes).close()).doesNotThrowAnyException();
    assertThatCode(() -> OrtLoraAdapter.create(file.toString()).close()).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"withpast", "fp16", "int8", "merged", "fused"})
  void feedingThroughItEqualsARequiredPort(String name) {
    ModelUnderTest model =
        ModelUnderTest.committed().stream()
            .filter(m -> m.name().equals(name))
            .findFirst()
            .orElseThrow();
    Inputs inputs = new Inputs(SEED);
    Batch batch = Batch.leftPadded(new long[] {3, 1, 4, 1}, new long[] {5, 9, 2, 6});
    for (Steering one :
        List.of(
            inputs.add(SITE, HIDDEN, 2, 4),
            inputs.add(SITE, HIDDEN, 2, 1),
            inputs.project(SITE, HIDDEN, 2, 4))) {
      check(model, batch, List.of(one));
    }
  }

  private void check(ModelUnderTest model, Batch batch, List<Steering> steering) {
    try (Decoder optional = patched(model, InputMode.OPTIONAL, steering);
        Decoder required = patched(model, InputMode.REQUIRED, steering)) {
      assertThat(optional.inputs()).doesNotContainAnyElementsOf(Steering.feeds(steering).keySet());
      assertThat(required.inputs()).containsAll(Steering.feeds(steering).keySet());
      Map<String, Floats> direct = required.run(batch, steering).outputs();
      Map<String, Floats> adapted = optional.run(batch, steering).outputs();
      assertThat(adapted.keySet()).isEqualTo(direct.keySet());
      direct.forEach(
          (output, values) ->
              assertThat(adapted.get(output).values())
                  .as("seed " + SEED + ", " + output)
                  .isEqualTo(values.values()));
    }
  }

  private Decoder patched(ModelUnderTest model, InputMode mode, List<Steering> steering) {
    return Decoder.patched(model, folder, mode, Steering.interventions(steering));
  }

  private static ByteBuffer someAdapter() {
    int width = TestData.graph("withpast").model().config().hidden();
    return Adapter.of(
        Map.of("steer.blocks.2.resid_post.add", new Inputs(SEED).tensor(1, 0, 1, 1, width)));
  }
}
