package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  /** As {@code safetensors.numpy.save} of the reference implementation, version 0.8.0, wrote it. */
  private static final byte[] REFERENCE =
      HexFormat.of()
          .parseHex(
              "d0000000000000007b225f5f6d657461646174615f5f223a7b226f70223a22616464222c226e6f7465"
                  + "223a22c3a9227d2c2264223a7b226474797065223a22463634222c227368617065223a5b5d2c"
                  + "22646174615f6f666673657473223a5b302c385d7d2c22622e766563223a7b22647479706522"
                  + "3a22463332222c227368617065223a5b335d2c22646174615f6f666673657473223a5b382c32"
                  + "305d7d2c2261223a7b226474797065223a22463136222c227368617065223a5b312c325d2c22"
                  + "646174615f6f666673657473223a5b32302c32345d7d7d0000000000001c400000803f000000"
                  + "4000004040003800bc");

  @TempDir Path folder;

  @Test
  void referenceFileIsRead() {
    Safetensors file = read(REFERENCE);
    assertThat(file.metadata()).containsEntry("op", "add").containsEntry("note", "é");
    assertThat(file.tensors().keySet()).containsExactly("d", "b.vec", "a");
    check(file.tensors().get("d"), new long[] {}, 7);
    check(file.tensors().get("b.vec"), new long[] {3}, 1, 2, 3);
    check(file.tensors().get("a"), new long[] {1, 2}, 0.5f, -1);
  }

  @Test
  void bfloat16IsRead() {
    byte[] file =
        file("{\"v\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", "803f00c0");
    check(read(file).tensors().get("v"), new long[] {2}, 1, -2);
  }

  @Test
  void whatIsWrittenComesBack() {
    Path path = folder.resolve("v.safetensors");
    Safetensors written = sample("x", "y");
    written.write(path);
    Safetensors read = Safetensors.read(path);
    assertThat(read.metadata()).isEqualTo(written.metadata());
    check(read.tensors().get("x"), new long[] {2, 1}, 1, Float.NaN);
    check(read.tensors().get("y"), new long[] {2, 1}, 1, Float.NaN);
  }

  @Test
  void orderDoesNotChangeTheBytes() {
    assertThat(sample("x", "y").toBytes()).isEqualTo(sample("y", "x").toBytes());
  }

  @Test
  void dataBeginsAtAMultipleOfEight() {
    byte[] bytes = sample("x", "y").toBytes();
    assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < REFERENCE.length; length++) {
      byte[] cut = Arrays.copyOf(REFERENCE, length);
      Refusal.check(Code.BAD_TENSOR_FILE, () -> read(cut));
    }
  }

  @Test
  void aByteTooManyIsRefused() {
    byte[] longer = Arrays.copyOf(REFERENCE, REFERENCE.length + 1);
    assertThat(Refusal.check(Code.BAD_TENSOR_FILE, () -> read(longer)).notes())
        .containsExactly("the tensors take 24 bytes, the file has 25 for them");
  }

  @Test
  void anyChangedByteGivesTensorsOrAProblem() {
    for (int at = 0; at < REFERENCE.length; at++) {
      for (int value : new int[] {0, 9, '"', '0', '9', '-', '[', '{', '\\', 0x7f, 0x80, 0xff}) {
        byte[] changed = REFERENCE.clone();
        changed[at] = (byte) value;
        Refusal.orNothing("byte " + at + " = " + value, () -> read(changed));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                         | the header is no JSON object",
        " {}                                        | the tensors take 0 bytes, the file has 8",
        "{\"v\":3}                                  | the entry of tensor `v` is no object",
        "{\"__metadata__\":[]}                      | `__metadata__` is no object",
        "{\"__metadata__\":{\"a\":1}}               | `__metadata__` has something other than text",
      })
  void malformedHeadersAreRefused(String json, String note) {
    assertThat(refused(json).notes().get(0)).startsWith(note.replace("``", "`"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"F32\",\"shape\":[3],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0,12]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[8,0]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[4,12]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0.5,8]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]",
        "\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[-2,-1],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":2,\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[4611686018427387906],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[0,999999999999999999,999999999999999999],\"data_offsets\":[0,0]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]",
        "\"F32\",\"shape\":[2]",
        "\"F32\",\"data_offsets\":[0,8]",
        "7,\"shape\":[2],\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"w\":{\"dtype\":\"F32\",\"shape\":[2],"
            + "\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"v\":{\"dtype\":\"F32\",\"shape\":[2],"
            + "\"data_offsets\":[0,8]",
        "\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],"
            + "\"data_offsets\":[3,7]",
      })
  void lyingEntriesAreRefused(String entry) {
    refused("{\"v\":{\"dtype\":" + entry + "}}");
  }

  @Test
  void otherElementTypesAreNamed() {
    byte[] file =
        file("{\"v\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "00".repeat(8));
    assertThat(Refusal.check(Code.UNSUPPORTED_FILE, () -> read(file)).what())
        .isEqualTo("tensor `v` has elements of type I64");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 99_999_999, 9})
  void lyingHeaderLengthsAreRefused(long length) {
    ByteBuffer file = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Refusal.check(Code.BAD_TENSOR_FILE, () -> read(file.array()));
  }

  @Test
  void equalNamesInOtherSpellingsAreRefused() {
    String entry = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    Problem problem = refused("{\"v\":" + entry + ",\"\\u0076\":" + entry + "}");
    assertThat(problem.notes()).containsExactly("the header names a tensor twice");
  }

  @Test
  void namesMayHaveQuotesAndBraces() {
    Safetensors odd =
        new Safetensors(Map.of(), Map.of("a\"}:{\\", Floats.filled(1, 2), "", Floats.filled(2)));
    assertThat(read(odd.toBytes()).tensors().keySet()).containsExactlyInAnyOrder("a\"}:{\\", "");
  }

  @Test
  void metadataIsNoNameOfATensor() {
    Safetensors file = new Safetensors(Map.of(), Map.of("__metadata__", Floats.filled(1, 2)));
    assertThatThrownBy(file::toBytes).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void absentFilesFoldersAndDevicesAreProblems() throws IOException {
    Refusal.check(Code.FILE_NOT_FOUND, () -> Safetensors.read(folder.resolve("none")));
    Refusal.check(Code.FILE_UNREADABLE, () -> Safetensors.read(folder));
    Path zero = Path.of("/dev/zero");
    if (Files.exists(zero)) {
      Refusal.check(Code.FILE_UNREADABLE, () -> Safetensors.read(zero));
    }
  }

  private static Safetensors sample(String... names) {
    Map<String, Floats> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (String name : names) {
      tensors.put(name, new Floats(new long[] {2, 1}, new float[] {1, Float.NaN}));
      metadata.put("about " + name, "ü\n");
    }
    return new Safetensors(metadata, tensors);
  }

  private static Problem refused(String json) {
    return Refusal.check(Code.BAD_TENSOR_FILE, () -> read(file(json, "00".repeat(8))));
  }

  private static byte[] file(String json, String data) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    byte[] tensors = HexFormat.of().parseHex(data);
    return ByteBuffer.allocate(8 + header.length + tensors.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(tensors)
        .array();
  }

  private static Safetensors read(byte[] bytes) {
    return Safetensors.read(ByteBuffer.wrap(bytes), "v.safetensors");
  }

  private static void check(Floats tensor, long[] dims, float... values) {
    assertThat(tensor.dims()).containsExactly(dims);
    assertThat(tensor.values()).containsExactly(values);
  }
}
