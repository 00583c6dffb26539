package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What steerc reads and writes against what NumPy 1.24.2 does. The hexadecimal data and the headers
 * were printed by {@code numpy.save}; no Python is needed to run this.
 */
class NpyTest {
  private static final byte[] WRITTEN_BY_NUMPY =
      file(1, 118, "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", 118)
          .data("0000c03f000000c00000c07f0000807f");

  @TempDir Path folder;

  @Test
  void float32IsReadAsNumpyWroteIt() {
    Floats tensor = read(WRITTEN_BY_NUMPY);
    assertThat(tensor.dims()).containsExactly(4);
    assertThat(tensor.values()).containsExactly(1.5f, -2, Float.NaN, Float.POSITIVE_INFINITY);
  }

  @Test
  void bigEndianFloat64BecomesFloat32() {
    Floats tensor =
        read(
            header("{'descr': '>f8', 'fortran_order': False, 'shape': (2, 3), }")
                .data(
                    "3ff0000000000000400000000000000040080000000000004010000000000000"
                        + "4014000000000000401a000000000000"));
    assertThat(tensor.dims()).containsExactly(2, 3);
    assertThat(tensor.values()).containsExactly(1, 2, 3, 4, 5, 6.5f);
  }

  @Test
  void float16BecomesFloat32() {
    Floats tensor =
        read(
            header("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2, 2), }")
                .data("003c00b8ff7b0100"));
    assertThat(tensor.dims()).containsExactly(1, 2, 2);
    assertThat(tensor.values()).containsExactly(1, -0.5f, 65504, 0x1p-24f);
  }

  @Test
  void fortranOrderIsTransposed() {
    Floats tensor =
        read(
            header("{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }")
                .data("3f800000408000004000000040a000004040000040c00000"));
    assertThat(tensor.values()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void fortranOrderOfThreeDimensionsIsTransposed() {
    Floats tensor =
        read(
            header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }")
                .data(
                    "00000000000040410000804000008041000000410000a0410000803f00005041"
                        + "0000a04000008841000010410000a84100000040000060410000c04000009041"
                        + "000020410000b04100004040000070410000e04000009841000030410000b841"));
    float[] expected = new float[24];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = i;
    }
    assertThat(tensor.values()).containsExactly(expected);
  }

  @Test
  void scalarsAndEmptyTensorsAreTensors() {
    Floats scalar =
        read(header("{'descr': '<f4', 'fortran_order': False, 'shape': (), }").data("00002040"));
    assertThat(scalar.dims()).isEmpty();
    assertThat(scalar.values()).containsExactly(2.5f);
    Floats empty =
        read(header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }").data(""));
    assertThat(empty.dims()).containsExactly(0, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void laterVersionsAreRead(int version) {
    String literal = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    assertThat(read(file(version, 116, literal, 116).data("0000e040")).values()).containsExactly(7);
  }

  @Test
  void whatIsWrittenIsByteForByteNumpys() throws IOException {
    Path file = folder.resolve("v.npy");
    Npy.write(file, read(WRITTEN_BY_NUMPY));
    assertThat(Files.readAllBytes(file)).isEqualTo(WRITTEN_BY_NUMPY);
    assertThat(Npy.read(file).values()).containsExactly(read(WRITTEN_BY_NUMPY).values());
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < WRITTEN_BY_NUMPY.length; length++) {
      byte[] cut = Arrays.copyOf(WRITTEN_BY_NUMPY, length);
      Refusal.check(Code.BAD_TENSOR_FILE, () -> read(cut));
    }
  }

  @Test
  void aByteTooManyIsRefused() {
    byte[] longer = Arrays.copyOf(WRITTEN_BY_NUMPY, WRITTEN_BY_NUMPY.length + 1);
    assertThat(Refusal.check(Code.BAD_TENSOR_FILE, () -> read(longer)).notes())
        .containsExactly("the shape [4] needs 16 bytes, the file has 17");
  }

  @Test
  void anyChangedByteGivesATensorOrAProblem() {
    for (int at = 0; at < 128; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = WRITTEN_BY_NUMPY.clone();
        changed[at] = (byte) value;
        Refusal.orNothing("byte " + at + " = " + value, () -> read(changed));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lies")
  void lyingHeadersAreRefused(String literal) {
    Refusal.check(Code.BAD_TENSOR_FILE, () -> read(header(literal).data("0000803f00000040")));
  }

  static Stream<String> lies() {
    String start = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
    return Stream.of(
        start + "(3,), }",
        start + "(-2,), }",
        start + "(4294967296, 4294967296), }",
        start + "(4611686018427387904, 2), }",
        start + "(9999999999999999999,), }",
        start + "(0, 9000000000000000000, 9000000000000000000), }",
        start + "2, }",
        start + "(2), }",
        start + "[2], }",
        start + "(2,,), }",
        start + "(2 2), }",
        start + "(2,), 'more': 1, }",
        start + "(2,), 'descr': '<f8', }",
        start + "(2,), } + 1",
        start + "(1 + 1,), }",
        start + "(2,), ",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }",
        "{'descr': '<f4', 'shape': (2,), }",
        "{'descr': __import__('os').name, 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2,), }",
        "");
  }

  @Test
  void pickledObjectsAreUnsafe() {
    byte[] file =
        header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }").data("80036e756d7079");
    Refusal.check(Code.UNSAFE_FILE, () -> read(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }"
      })
  void otherElementsAndRanksAreNotRead(String literal) {
    Refusal.check(Code.UNSUPPORTED_FILE, () -> read(header(literal).data("07000000")));
  }

  @Test
  void anAnnouncedHeaderBeyondTheFileIsRefused() {
    String literal = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    Refusal.check(
        Code.BAD_TENSOR_FILE, () -> read(file(2, 116, literal, 0x7fffffff).data("0000e040")));
    Refusal.check(Code.BAD_TENSOR_FILE, () -> read(file(2, 116, literal, -1).data("0000e040")));
  }

  private static Floats read(byte[] bytes) {
    return Npy.read(ByteBuffer.wrap(bytes), "v.npy");
  }

  private static Header header(String literal) {
    int length = (literal.length() + 1 + 10 + 63) / 64 * 64 - 10;
    return file(1, length, literal, length);
  }

  /** A file's beginning, with the header's length as it is and as it is announced. */
  private static Header file(int version, int length, String literal, int announced) {
    String padded = literal + " ".repeat(length - literal.length() - 1) + "\n";
    String size = version == 1 ? "%02x%02x" : "%02x%02x%02x%02x";
    String hex =
        String.format(
            "934e554d5059%02x00" + size,
            version,
            announced & 0xff,
            announced >> 8 & 0xff,
            announced >> 16 & 0xff,
            announced >> 24 & 0xff);
    return new Header(hex + HexFormat.of().formatHex(padded.getBytes(StandardCharsets.US_ASCII)));
  }

  private record Header(String hex) {
    byte[] data(String data) {
      return HexFormat.of().parseHex(hex + data);
    }
  }
}
