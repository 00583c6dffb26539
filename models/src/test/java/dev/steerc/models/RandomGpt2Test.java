package dev.steerc.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.residual.Residual;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomGpt2Test {
  private static final Gpt2.Config CONFIG = new Gpt2.Config(2, 64, 4, 5000, 64);
  private static final Dialect DIALECT = Dialect.of("pytorch", 7, 14, Trait.PAST, Trait.TIED_HEAD);

  @TempDir Path folder;

  @Test
  void streamedModelIsTheOneBuiltInMemory() throws Exception {
    Path file = folder.resolve("model.onnx");
    RandomGpt2.write(file, CONFIG, 5, false);
    ModelProto streamed = ModelProto.parseFrom(Files.readAllBytes(file));
    assertThat(streamed).isEqualTo(Gpt2Graph.model(Gpt2.random(CONFIG, 5), DIALECT));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void logitsEqualTheReference(boolean external) throws Exception {
    Path file = folder.resolve("model.onnx");
    RandomGpt2.write(file, CONFIG, 5, external);
    var graph = new TestGraph("random", "", Gpt2.random(CONFIG, 5), DIALECT, 1e-4);
    Batch batch = Batch.single(4999, 17, 2048);
    var expected = Gpt2Reference.run(graph.model(), batch, Gpt2Reference.Edit.NONE).logits();
    try (var ort = new OrtRun(file)) {
      float[][][] actual = OrtRun.values(ort.run(graph.feeds(batch), Map.of()).get("logits"));
      for (int i = 0; i < 5000; i++) {
        assertThat((double) actual[0][2][i]).isCloseTo(expected[0][2][i], within(1e-4));
      }
    }
  }

  /** A model of characters: both tables are picked by inputs, and that of positions is larger. */
  @Test
  void morePositionsThanTokensAreNoVocabulary() throws Exception {
    Path file = folder.resolve("model.onnx");
    RandomGpt2.write(file, new Gpt2.Config(1, 8, 2, 12, 64), 5, false);
    Residual residual = Residual.find(ModelFile.open(file));
    assertThat(residual.ids()).isEqualTo("input_ids");
    assertThat(residual.vocabulary()).hasValue(12);
  }

  @Test
  void theEmbeddingIsStoredOnce() throws Exception {
    Path file = folder.resolve("model.onnx");
    RandomGpt2.write(file, CONFIG, 5, true);
    assertThat(folder.resolve("model.onnx_data")).exists();
    long weights = 5000 * 64 + 64 * 64 + 2 * (12 * 64 * 64 + 13 * 64) + 2 * 64;
    assertThat(folder.resolve("model.onnx_data")).hasSize(4 * weights);
    assertThat(Files.size(file)).isLessThan(200_000);
  }

  /** The codes and scales of each matrix give the drawn numbers back, within half a step. */
  @Test
  void eightBitsKeepTheNumbersThatWereDrawn() throws Exception {
    Path file = folder.resolve("model.onnx");
    RandomGpt2.writeInt8(file, CONFIG, 5);
    Map<String, TensorProto> tensors = new HashMap<>();
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
    model.getGraph().getInitializerList().forEach(t -> tensors.put(t.getName(), t));
    TensorProto codes = tensors.get("lm_head.weight_T_Q8");
    assertThat(codes.getDimsList()).containsExactly(5000L, 2L, 32L);
    ByteBuffer scales = tensors.get("lm_head.weight_T_scales").getRawData().asReadOnlyByteBuffer();
    Weight.Draw drawn = Gpt2.random(CONFIG, 5).head().transpose().draw();
    for (int block = 0; block < 5000 * 2; block++) {
      float scale = scales.order(ByteOrder.LITTLE_ENDIAN).getFloat(4 * block);
      for (int i = 0; i < 32; i++) {
        int code = Byte.toUnsignedInt(codes.getRawData().byteAt(32 * block + i));
        assertThat(scale * (code - 128)).isCloseTo(drawn.next(), within(0.5001f * scale));
      }
    }
  }

  @Test
  void eightBitsRunInOnnxRuntime() throws Exception {
    Path file = folder.resolve("model.onnx");
    RandomGpt2.writeInt8(file, CONFIG, 5);
    assertThat(Residual.find(ModelFile.open(file)).blocks()).isEqualTo(2);
    var graph = new TestGraph("random", "", Gpt2.random(CONFIG, 5), DIALECT, 1e-4);
    try (var ort = new OrtRun(file)) {
      float[][][] logits =
          OrtRun.values(ort.run(graph.feeds(Batch.single(4999, 17, 2048)), Map.of()).get("logits"));
      assertThat(logits[0]).hasDimensions(3, 5000);
      assertThat(logits[0][2]).doesNotContain(Float.NaN);
      assertThat(logits[0][2]).isNotEqualTo(logits[0][1]);
    }
  }
}
