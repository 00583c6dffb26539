package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorFileTest {
  private static final Floats VECTOR = new Floats(new long[] {2}, new float[] {3, 4});

  @TempDir Path folder;

  @Test
  void contentTellsTheKindAndNotTheName() throws IOException {
    Path file = folder.resolve("v.npy");
    new Safetensors(Map.of("op", "add"), Map.of("v", VECTOR)).write(file);
    assertThat(TensorFile.read(file).tensors()).containsOnlyKeys("v");
    Path other = Files.write(folder.resolve("v.safetensors"), Npy.toBytes(VECTOR));
    assertThat(TensorFile.read(other).tensors().get("").values()).containsExactly(3, 4);
  }

  @ParameterizedTest
  @CsvSource({
    "504b030414000000, UNSAFE_FILE",
    "80026a8a0a6cfc9c, UNSAFE_FILE",
    "4747554603000000, UNSUPPORTED_FILE",
    "0800000000000000, BAD_TENSOR_FILE",
    "7b2276223a317d0a, BAD_TENSOR_FILE",
    "ff, BAD_TENSOR_FILE",
    "'', BAD_TENSOR_FILE"
  })
  void everythingElseIsRefused(String hex, Code code) throws IOException {
    Path file = Files.write(folder.resolve("v.bin"), HexFormat.of().parseHex(hex));
    Refusal.check(code, () -> TensorFile.read(file));
  }
}
