package dev.steerc.models;

import dev.steerc.manifest.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The random vectors in {@code testdata}, of the width of its graphs. */
final class TestVectors {
  private static final long SEED = 20261123;

  private TestVectors() {}

  /** Each file by its name. */
  static Map<String, byte[]> files(int hidden) {
    Random random = new Random(SEED);
    Map<String, float[]> east = new LinkedHashMap<>();
    east.put("blocks.1.resid_post", vector(random, hidden));
    east.put("blocks.2.resid_post", vector(random, hidden));
    return Map.of(
        "north.npy", npy(vector(random, hidden)),
        "east.safetensors", safetensors(east));
  }

  private static float[] vector(Random random, int hidden) {
    float[] vector = new float[hidden];
    for (int i = 0; i < hidden; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** NumPy's format, version 1.0: the header ends at a multiple of 64 bytes. */
  private static byte[] npy(float[] vector) {
    String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + vector.length + ",), }";
    int header = (10 + dict.length() + 1 + 63) / 64 * 64;
    ByteBuffer bytes =
        ByteBuffer.allocate(header + 4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1);
    bytes.put((byte) 0).putShort((short) (header - 10));
    bytes.put(dict.getBytes(StandardCharsets.US_ASCII));
    while (bytes.position() < header - 1) {
      bytes.put((byte) ' ');
    }
    bytes.put((byte) '\n').asFloatBuffer().put(vector);
    return bytes.array();
  }

  /** The length of the header, the header as JSON, the data. */
  private static byte[] safetensors(Map<String, float[]> tensors) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("op", "add"));
    int end = 0;
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      int length = tensor.getValue().length;
      header.put(
          tensor.getKey(),
          Json.object(
              "dtype",
              "F32",
              "shape",
              List.of(length),
              "data_offsets",
              List.of(end, end + 4 * length)));
      end += 4 * length;
    }
    byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.allocate(8 + padded + end).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json).put(" ".repeat(padded - json.length).getBytes());
    bytes.position(8 + padded);
    tensors.values().forEach(vector -> put(bytes, vector));
    return bytes.array();
  }

  private static void put(ByteBuffer bytes, float[] vector) {
    for (float value : vector) {
      bytes.putFloat(value);
    }
  }
}
