package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.steerc.problem.Code;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterReadTest {
  private static final Floats VECTOR = new Floats(new long[] {1, 1, 3}, new float[] {1, -2, 0.5f});

  @Test
  void whatIsWrittenIsRead() {
    Map<String, Floats> written = new LinkedHashMap<>();
    written.put("steer.blocks.6.resid_post.add", VECTOR);
    written.put("ü", Floats.filled(7, 2, 2));
    written.put("empty", Floats.filled(0, 0, 4));
    Map<String, Floats> read = Adapter.read(Adapter.of(written), "v.onnx_adapter");
    assertThat(read.keySet()).containsExactlyElementsOf(written.keySet());
    written.forEach(
        (name, tensor) -> {
          assertThat(read.get(name).dims()).isEqualTo(tensor.dims());
          assertThat(read.get(name).values()).isEqualTo(tensor.values());
        });
  }

  @Test
  void everyCutOffFileIsRefused() {
    byte[] whole = bytes(Adapter.of(Map.of("v", VECTOR)));
    for (int length = 0; length < whole.length - 8; length++) {
      ByteBuffer part = ByteBuffer.wrap(whole, 0, length);
      Refusal.orNothing(length + " bytes", () -> Adapter.read(part, "v.onnx_adapter"));
    }
  }

  /** Two parameters whose numbers are the same bytes would take twice the file. */
  @Test
  void sharedNumbersAreRefused() {
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    builder.createUnintializedVector(1, 4000, 8);
    int data = builder.endVector();
    int[] tables = new int[8];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = parameter(builder, "v" + i, 1, data);
    }
    ByteBuffer file = finished(builder, 1, tables);
    assertThat(Refusal.check(Code.BAD_TENSOR_FILE, () -> Adapter.read(file, "v")).notes())
        .containsExactly("its parameters overlap");
  }

  @ParameterizedTest
  @CsvSource({"2, 1, UNSUPPORTED_FILE", "1, 7, UNSUPPORTED_FILE", "1, 11, BAD_TENSOR_FILE"})
  void otherVersionsAndTypesAreRefused(int version, int type, Code code) {
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    builder.createUnintializedVector(1, 4000, 8);
    int data = builder.endVector();
    ByteBuffer file = finished(builder, version, parameter(builder, "v", type, data));
    Refusal.check(code, () -> Adapter.read(file, "v.onnx_adapter"));
  }

  @Test
  void equalNamesAreRefused() {
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    int[] tables = new int[2];
    for (int i = 0; i < 2; i++) {
      builder.createUnintializedVector(1, 4000, 8);
      tables[i] = parameter(builder, "v", 1, builder.endVector());
    }
    ByteBuffer file = finished(builder, 1, tables);
    assertThat(Refusal.check(Code.BAD_TENSOR_FILE, () -> Adapter.read(file, "v")).notes())
        .containsExactly("the parameter `v` is there twice");
  }

  private static int parameter(FlatBufferBuilder builder, String name, int type, int data) {
    builder.startVector(8, 1, 8);
    builder.addLong(1000);
    int dims = builder.endVector();
    int text = builder.createString(name);
    builder.startTable(4);
    builder.addOffset(0, text, 0);
    builder.addOffset(1, dims, 0);
    builder.addInt(2, type, 0);
    builder.addOffset(3, data, 0);
    return builder.endTable();
  }

  private static ByteBuffer finished(FlatBufferBuilder builder, int version, int... tables) {
    builder.startVector(4, tables.length, 4);
    for (int table : tables) {
      builder.addOffset(table);
    }
    int vector = builder.endVector();
    builder.startTable(4);
    builder.addInt(0, version, 0);
    builder.addOffset(3, vector, 0);
    builder.finish(builder.endTable(), "TORT");
    return builder.dataBuffer();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
