package dev.steerc.runtime.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.steerc.problem.SteercException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No bytes make a reader fail otherwise than with a problem, or take memory beyond a multiple of
 * the file. The build runs the seeds; CONTRIBUTING.md says how to fuzz.
 */
class ReaderFuzzTest {
  private static final Floats VECTOR = new Floats(new long[] {3}, new float[] {1, -2, 0.5f});
  private static final Floats MATRIX = new Floats(new long[] {1, 2, 2}, new float[] {1, 2, 3, 4});

  @MethodSource("safetensors")
  @FuzzTest
  void safetensorsEndWellOrInAProblem(byte[] bytes) {
    check(bytes, () -> Safetensors.read(ByteBuffer.wrap(bytes), "fuzzed").tensors());
  }

  @MethodSource("ggufs")
  @FuzzTest
  void ggufsEndWellOrInAProblem(byte[] bytes) {
    check(bytes, () -> Gguf.read(ByteBuffer.wrap(bytes), "fuzzed").tensors());
  }

  @MethodSource("arrays")
  @FuzzTest
  void arraysEndWellOrInAProblem(byte[] bytes) {
    check(bytes, () -> Map.of("", Npy.read(ByteBuffer.wrap(bytes), "fuzzed")));
  }

  @MethodSource("adapters")
  @FuzzTest
  void adaptersEndWellOrInAProblem(byte[] bytes) {
    check(bytes, () -> Adapter.read(ByteBuffer.wrap(bytes), "fuzzed"));
  }

  private interface Reader {
    Map<String, Floats> read();
  }

  private static void check(byte[] bytes, Reader reader) {
    try {
      long elements =
          reader.read().values().stream().mapToLong(tensor -> tensor.values().length).sum();
      if (elements > bytes.length) {
        throw new AssertionError(elements + " elements out of " + bytes.length + " bytes");
      }
    } catch (SteercException e) {
      // what bad files are answered with
    }
  }

  static Stream<byte[]> safetensors() {
    byte[] whole =
        new Safetensors(
                Map.of("op", "add", "norm.blocks.1.resid_post", "3"),
                Map.of("blocks.1.resid_post", VECTOR, "m", MATRIX))
            .toBytes();
    return damaged(whole);
  }

  static Stream<byte[]> ggufs() {
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", GgufValue.of("controlvector"));
    metadata.put("general.alignment", GgufValue.uint32(32));
    metadata.put("controlvector.layer_count", GgufValue.int32(2));
    List<GgufValue> texts = List.of(GgufValue.of("a"), GgufValue.of("b"));
    GgufValue inner = new GgufValue.Array(GgufType.STRING, texts);
    metadata.put("nested", new GgufValue.Array(GgufType.ARRAY, List.of(inner, inner)));
    for (GgufType type : GgufType.values()) {
      if (type != GgufType.STRING && type != GgufType.ARRAY) {
        metadata.put("a " + type, new GgufValue.Scalar(type, value(type)));
      }
    }
    return damaged(new Gguf(metadata, Map.of("direction.1", VECTOR, "m", MATRIX)).toBytes());
  }

  private static Object value(GgufType type) {
    return switch (type) {
      case BOOL -> true;
      case FLOAT32 -> 1.5f;
      case FLOAT64 -> -2.5;
      default -> 7L;
    };
  }

  static Stream<byte[]> arrays() {
    byte[] fortran =
        new String(Npy.toBytes(MATRIX), ISO_8859_1)
            .replace("False, ", "True,  ")
            .getBytes(ISO_8859_1);
    return Stream.concat(damaged(Npy.toBytes(VECTOR)), damaged(fortran));
  }

  static Stream<byte[]> adapters() {
    ByteBuffer adapter =
        Adapter.of(
            Map.of("steer.blocks.1.resid_post.add", VECTOR, "steer.blocks.2.mlp_out.read", MATRIX));
    byte[] bytes = new byte[adapter.remaining()];
    adapter.get(bytes);
    return damaged(bytes);
  }

  /** A good file, cut off in several places, with a byte of 0xff here and there. */
  private static Stream<byte[]> damaged(byte[] whole) {
    List<byte[]> all = new ArrayList<>(List.of(whole, new byte[0], "GGUF".getBytes(US_ASCII)));
    for (int at = 0; at < whole.length; at += 7) {
      all.add(Arrays.copyOf(whole, at));
      byte[] other = whole.clone();
      other[at] = (byte) 0xff;
      all.add(other);
    }
    return all.stream();
  }
}
