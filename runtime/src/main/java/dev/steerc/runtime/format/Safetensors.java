package dev.steerc.runtime.format;

import dev.steerc.manifest.Json;
import dev.steerc.problem.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named tensors with text metadata, as safetensors files hold them.
 *
 * <p>Source: the format's README and the checks of its reference implementation in Rust.
 *
 * @param metadata free text by key, possibly none
 * @param tensors float32 tensors by name, in the order of the file
 */
public record Safetensors(Map<String, String> metadata, Map<String, Floats> tensors) {
  private static final String METADATA = "__metadata__";
  private static final int MAX_FILE = 1 << 30;

  public Safetensors {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Reads a file whose tensors are F32, F64, F16 or BF16. */
  public static Safetensors read(Path file) {
    byte[] bytes = FileBytes.read(file, MAX_FILE, Code.BAD_TENSOR_FILE);
    return read(ByteBuffer.wrap(bytes), file.toString());
  }

  /**
   * Reads the bytes that are left in a buffer.
   *
   * @param where what to call them in messages
   */
  public static Safetensors read(ByteBuffer bytes, String where) {
    return new SafetensorsReader(bytes, where).read();
  }

  /** Replaces a file by these tensors. */
  public void write(Path file) {
    FileBytes.write(file, toBytes());
  }

  /** The bytes of a file; the same content gives the same bytes, whatever its order. */
  public byte[] toBytes() {
    return toBytes(Map.of());
  }

  /**
   * The same with lists of whole numbers beside, as tensors of type I64 in front of the others.
   *
   * @param wholes by name
   */
  public byte[] toBytes(Map<String, long[]> wholes) {
    Map<String, long[]> first = new TreeMap<>(wholes);
    Map<String, Floats> sorted = new TreeMap<>(tensors);
    byte[] header = header(first, sorted);
    long data = sorted.values().stream().mapToLong(floats -> 4L * floats.values().length).sum();
    data += first.values().stream().mapToLong(numbers -> 8L * numbers.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(8 + header.length + data));
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
    for (long[] numbers : first.values()) {
      bytes.asLongBuffer().put(numbers);
      bytes.position(bytes.position() + 8 * numbers.length);
    }
    for (Floats floats : sorted.values()) {
      bytes.asFloatBuffer().put(floats.values());
      bytes.position(bytes.position() + 4 * floats.values().length);
    }
    return bytes.array();
  }

  private byte[] header(Map<String, long[]> wholes, Map<String, Floats> sorted) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(METADATA, new TreeMap<>(metadata));
    }
    long at = 0;
    for (Map.Entry<String, long[]> tensor : wholes.entrySet()) {
      long end = at + 8L * tensor.getValue().length;
      long[] dims = {tensor.getValue().length};
      header.put(checked(tensor.getKey()), entry("I64", dims, at, end));
      at = end;
    }
    for (Map.Entry<String, Floats> tensor : sorted.entrySet()) {
      long end = at + 4L * tensor.getValue().values().length;
      header.put(checked(tensor.getKey()), entry("F32", tensor.getValue().dims(), at, end));
      at = end;
    }
    byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
    // the format has the data begin at a multiple of eight, and spaces as the padding
    String padding = " ".repeat(-json.length & 7);
    return (new String(json, StandardCharsets.UTF_8) + padding).getBytes(StandardCharsets.UTF_8);
  }

  private static String checked(String name) {
    if (name.equals(METADATA)) {
      throw new IllegalArgumentException("no tensor can have the name " + METADATA);
    }
    return name;
  }

  private static Map<String, Object> entry(String type, long[] dims, long begin, long end) {
    List<Object> shape = new ArrayList<>();
    for (long dim : dims) {
      shape.add(dim);
    }
    return Json.object("dtype", type, "shape", shape, "data_offsets", List.of(begin, end));
  }
}
