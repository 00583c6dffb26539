package dev.steerc.runtime.format;

import dev.steerc.problem.Code;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Named tensors with typed metadata, as GGUF files hold them.
 *
 * <p>Source: docs/gguf.md of ggml, versions 2 and 3, and what its reader in C checks besides: an
 * alignment that is a power of two, and no key or tensor twice.
 *
 * @param metadata values by key, in the order of the file
 * @param tensors float32 tensors by name, in the order of the file; their dims as everywhere here,
 *     the last one running fastest
 */
public record Gguf(Map<String, GgufValue> metadata, Map<String, Floats> tensors) {
  /** The key of the alignment of the data, a uint32; 32 when it is left out. */
  public static final String ALIGNMENT = "general.alignment";

  static final String MAGIC = "GGUF";
  static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAX_FILE = 1 << 30;

  public Gguf {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Reads a file of version 2 or 3, little-endian, whose tensors are F32, F16 or BF16. */
  public static Gguf read(Path file) {
    byte[] bytes = FileBytes.read(file, MAX_FILE, Code.BAD_TENSOR_FILE);
    return read(ByteBuffer.wrap(bytes), file.toString());
  }

  /**
   * Reads the bytes that are left in a buffer.
   *
   * @param where what to call them in messages
   */
  public static Gguf read(ByteBuffer bytes, String where) {
    return new GgufReader(bytes, where).read();
  }

  /** Replaces a file by these tensors. */
  public void write(Path file) {
    FileBytes.write(file, toBytes());
  }

  /** The bytes of a file of version 3, little-endian, laid out as ggml's writer in C does it. */
  public byte[] toBytes() {
    return GgufWriter.bytes(this);
  }

  /** A text of the metadata; empty when there is none of that key, or it is no text. */
  public Optional<String> text(String key) {
    return metadata.get(key) instanceof GgufValue.Scalar scalar
            && scalar.value() instanceof String text
        ? Optional.of(text)
        : Optional.empty();
  }

  /** The bytes that data of a length takes, with the padding behind it. */
  static long padded(long length, long alignment) {
    return (length + alignment - 1) / alignment * alignment;
  }
}
