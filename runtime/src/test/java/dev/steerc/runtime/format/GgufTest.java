package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
  private static final byte[] FOUR = {1, 2, 3, 4};

  private static Gguf read(GgufFixture file) {
    return Gguf.read(ByteBuffer.wrap(file.bytes()), "v.gguf");
  }

  private static void refused(Code code, String note, GgufFixture file) {
    Problem problem = Refusal.check(code, () -> read(file));
    assertThat(problem.what() + problem.notes()).contains(note);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void vectorsOfBothVersionsAreRead(int version) {
    Gguf file =
        read(GgufFixture.ofGenerator("llama", 2).version(version).vector("direction.1", 1, -2));
    assertThat(file.text("controlvector.model_hint")).contains("llama");
    assertThat(file.metadata().get("controlvector.layer_count")).isEqualTo(GgufValue.int32(2));
    assertThat(file.tensors().get("direction.1").dims()).containsExactly(2);
    assertThat(file.tensors().get("direction.1").values()).containsExactly(1, -2);
  }

  @Test
  void writesWhatTheWriterInCDoes() {
    GgufFixture file =
        GgufFixture.ofGenerator("llama", 2).vector("direction.1", 1, 2, 3).vector("direction.2", 4);
    assertThat(read(file).toBytes()).isEqualTo(file.bytes());
  }

  @Test
  void dimsAreTurnedRound() {
    byte[] data = new byte[24];
    Floats tensor = read(new GgufFixture().tensor("m", 0, 0, data, 3, 2)).tensors().get("m");
    assertThat(tensor.dims()).containsExactly(2, 3);
  }

  /** 1.5 and -2 in each type. */
  @ParameterizedTest
  @CsvSource({"1, 003e00c0", "30, c03f00c0", "0, 0000c03f000000c0"})
  void halvesAndFloatsAreRead(int type, String hex) {
    byte[] data = HexFormat.of().parseHex(hex);
    Floats tensor = read(new GgufFixture().tensor("v", type, 0, data, 2)).tensors().get("v");
    assertThat(tensor.values()).containsExactly(1.5f, -2);
  }

  @ParameterizedTest
  @CsvSource({"8, Q8_0", "28, F64", "39, MXFP4", "5, number 5", "-1, number 4294967295"})
  void otherElementTypesAreNamed(int type, String name) {
    refused(Code.UNSUPPORTED_FILE, name, new GgufFixture().tensor("v", type, 0, FOUR, 1));
  }

  @Test
  void everyTypeOfMetadataIsKept() {
    Map<String, GgufValue> all = new LinkedHashMap<>();
    all.put("u8", new GgufValue.Scalar(GgufType.UINT8, 255L));
    all.put("i8", new GgufValue.Scalar(GgufType.INT8, -1L));
    all.put("u16", new GgufValue.Scalar(GgufType.UINT16, 65535L));
    all.put("i16", new GgufValue.Scalar(GgufType.INT16, -2L));
    all.put("u32", GgufValue.uint32(4294967295L));
    all.put("i32", GgufValue.int32(-3));
    all.put("f32", new GgufValue.Scalar(GgufType.FLOAT32, 1.5f));
    all.put("yes", new GgufValue.Scalar(GgufType.BOOL, true));
    all.put("text", GgufValue.of("ü\n"));
    all.put("u64", new GgufValue.Scalar(GgufType.UINT64, -1L));
    all.put("i64", new GgufValue.Scalar(GgufType.INT64, Long.MIN_VALUE));
    all.put("f64", new GgufValue.Scalar(GgufType.FLOAT64, -0.25));
    GgufValue texts = new GgufValue.Array(GgufType.STRING, List.of(GgufValue.of("a")));
    all.put("nested", new GgufValue.Array(GgufType.ARRAY, List.of(texts, texts)));
    all.put("empty", new GgufValue.Array(GgufType.FLOAT32, List.of()));
    byte[] bytes = new Gguf(all, Map.of("v", Floats.filled(1, 2))).toBytes();
    assertThat(Gguf.read(ByteBuffer.wrap(bytes), "v.gguf").metadata()).isEqualTo(all);
  }

  @Test
  void otherAlignmentsAreKept() {
    Map<String, GgufValue> metadata = Map.of("general.alignment", GgufValue.uint32(64));
    byte[] bytes = new Gguf(metadata, Map.of("v", Floats.filled(3, 2))).toBytes();
    assertThat(bytes.length % 64).isZero();
    Gguf read = Gguf.read(ByteBuffer.wrap(bytes), "v.gguf");
    assertThat(read.tensors().get("v").values()).containsExactly(3, 3);
    assertThat(read.toBytes()).isEqualTo(bytes);
  }

  @Test
  void bigEndianIsRefusedByName() {
    GgufFixture file = new GgufFixture().version(Integer.reverseBytes(3));
    refused(Code.UNSUPPORTED_FILE, "big-endian", file);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, -1})
  void otherVersionsAreRefused(int version) {
    refused(Code.UNSUPPORTED_FILE, "version", new GgufFixture().version(version));
  }

  @Test
  void twinsAreRefused() {
    refused(
        Code.BAD_TENSOR_FILE, "`k` is there twice", new GgufFixture().text("k", "").text("k", ""));
    GgufFixture two = new GgufFixture().vector("v", 1).vector("v", 2);
    refused(Code.BAD_TENSOR_FILE, "`v` is there twice", two);
  }

  @ParameterizedTest
  @CsvSource({
    "0, overlaps",
    "16, multiple of 32",
    "-32, multiple of 32",
    "64, ends behind the file",
    "9223372036854775776, ends behind the file",
  })
  void lyingOffsetsAreRefused(long offset, String note) {
    GgufFixture file = new GgufFixture().vector("v", 1).tensor("w", 0, offset, FOUR, 1);
    refused(Code.BAD_TENSOR_FILE, note, file);
  }

  @Test
  void lyingDimsAreRefused() {
    for (long[] dims :
        List.of(
            new long[] {-1},
            new long[] {1L << 40},
            new long[] {1L << 31, 1L << 31, 1L << 31},
            new long[] {Long.MAX_VALUE, 4},
            new long[] {1, 1, 1, 1, 1})) {
      refused(Code.BAD_TENSOR_FILE, "dim", new GgufFixture().tensor("v", 0, 0, FOUR, dims));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MAX_VALUE, 1L << 40, 1000})
  void lyingCountsAreRefused(long count) {
    for (int at : new int[] {8, 16}) {
      byte[] file = new GgufFixture().text("k", "v").vector("v", 1).bytes();
      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(at, count);
      Refusal.check(Code.BAD_TENSOR_FILE, () -> Gguf.read(ByteBuffer.wrap(file), "v.gguf"));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MAX_VALUE, 1L << 40, 1000})
  void lyingLengthsOfTextsAndArraysAreRefused(long length) {
    ByteBuffer text = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    refused(Code.BAD_TENSOR_FILE, "length", new GgufFixture().entry("k", 8, text));
    ByteBuffer array = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    refused(
        Code.BAD_TENSOR_FILE,
        "elements of an array",
        new GgufFixture().entry("k", 9, array.putInt(4).putLong(length)));
  }

  @Test
  void deepArraysAreRefused() {
    ByteBuffer arrays = ByteBuffer.allocate(12 * 1000).order(ByteOrder.LITTLE_ENDIAN);
    while (arrays.hasRemaining()) {
      arrays.putInt(9).putLong(1);
    }
    refused(Code.BAD_TENSOR_FILE, "deep", new GgufFixture().entry("k", 9, arrays));
  }

  @Test
  void hugeArraysAreRefused() {
    ByteBuffer array = ByteBuffer.allocate(12 + (1 << 21)).order(ByteOrder.LITTLE_ENDIAN);
    array.putInt(0).putLong(1 << 21);
    refused(Code.BAD_TENSOR_FILE, "at most", new GgufFixture().entry("k", 9, array));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, 1 << 30})
  void alignmentsThatAreNoPowerOfTwoAreRefused(int alignment) {
    GgufFixture file = new GgufFixture().number("general.alignment", 4, alignment);
    refused(Code.BAD_TENSOR_FILE, "power of two", file.vector("v", 1));
  }

  @Test
  void everyCutOffFileIsRefused() {
    byte[] whole = GgufFixture.ofGenerator("llama", 1).vector("direction.1", 1, 2, 3).bytes();
    int data = whole.length - 32 + 12;
    for (int length = 0; length < data; length++) {
      ByteBuffer part = ByteBuffer.wrap(whole, 0, length);
      Refusal.check(Code.BAD_TENSOR_FILE, () -> Gguf.read(part, "v.gguf"));
    }
  }
}
