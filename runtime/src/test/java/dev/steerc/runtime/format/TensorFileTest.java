package dev.steerc.runtime.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steerc.problem.Code;
import dev.steerc.runtime.format.TensorFile.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorFileTest {
  private static final Floats VECTOR = new Floats(new long[] {2}, new float[] {3, 4});

  @TempDir Path folder;

  @Test
  void contentTellsTheKindAndNotTheName() throws IOException {
    Path file = folder.resolve("v.npy");
    new Safetensors(Map.of("op", "add"), Map.of("v", VECTOR)).write(file);
    assertThat(TensorFile.open(file).kind()).isEqualTo(Kind.SAFETENSORS);
    assertThat(kind(Npy.toBytes(VECTOR))).isEqualTo(Kind.NPY);
    assertThat(kind(new Gguf(Map.of(), Map.of("v", VECTOR)).toBytes())).isEqualTo(Kind.GGUF);
    ByteBuffer adapter = Adapter.of(Map.of("v", VECTOR));
    byte[] bytes = new byte[adapter.remaining()];
    adapter.get(bytes);
    assertThat(kind(bytes)).isEqualTo(Kind.ADAPTER);
  }

  private Kind kind(byte[] bytes) throws IOException {
    return TensorFile.open(Files.write(folder.resolve("other.safetensors"), bytes)).kind();
  }

  @ParameterizedTest
  @CsvSource({
    "504b030414000000, UNSAFE_FILE",
    "80026a8a0a6cfc9c, UNSAFE_FILE",
    "0800000000000000, BAD_TENSOR_FILE",
    "7b2276223a317d0a, BAD_TENSOR_FILE",
    "ff, BAD_TENSOR_FILE",
    "'', BAD_TENSOR_FILE"
  })
  void everythingElseIsRefused(String hex, Code code) throws IOException {
    Path file = Files.write(folder.resolve("v.dat"), HexFormat.of().parseHex(hex));
    Refusal.check(code, () -> TensorFile.open(file));
  }

  /** Pickles of protocols 0 and 1 have no mark, but their names tell. */
  @ParameterizedTest
  @ValueSource(strings = {"v.pt", "v.PTH", "v.bin", "v.svec", "v.pkl"})
  void endingsOfPicklesAreRefusedWithTheWayOut(String name) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "(dp0\n.");
    assertThat(Refusal.check(Code.UNSAFE_FILE, () -> TensorFile.open(file)).help())
        .contains("torch.load(\"" + name + "\", weights_only=True)", "\"v.safetensors\"");
  }

  @Test
  void archivesOfNumpyAreRefusedWithTheWayOut() throws IOException {
    Path file = Files.write(folder.resolve("v.npz"), new byte[] {'P', 'K', 3, 4, 0, 0});
    assertThat(Refusal.check(Code.UNSAFE_FILE, () -> TensorFile.open(file)).help())
        .contains("numpy.load(\"v.npz\")");
  }
}
