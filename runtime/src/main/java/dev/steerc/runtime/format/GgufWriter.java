package dev.steerc.runtime.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes GGUF: first a run that counts the bytes, then one into a buffer of that size. */
final class GgufWriter {
  private static final int VERSION = 3;
  private static final int MAX_NAME = 63; // ggml keeps names in 64 bytes with a zero at the end

  private final ByteBuffer out;
  private int at;

  private GgufWriter(ByteBuffer out) {
    this.out = out;
  }

  static byte[] bytes(Gguf file) {
    GgufWriter counter = new GgufWriter(null);
    counter.write(file);
    ByteBuffer out = ByteBuffer.allocate(counter.at).order(ByteOrder.LITTLE_ENDIAN);
    new GgufWriter(out).write(file);
    return out.array();
  }

  private void write(Gguf file) {
    put(Gguf.MAGIC.getBytes(StandardCharsets.US_ASCII));
    number(4, VERSION);
    number(8, file.tensors().size());
    number(8, file.metadata().size());
    file.metadata().forEach(this::entry);
    int alignment = alignment(file);
    long offset = 0;
    for (Map.Entry<String, Floats> tensor : file.tensors().entrySet()) {
      announce(tensor.getKey(), tensor.getValue().dims(), offset);
      offset += Gguf.padded(4L * tensor.getValue().values().length, alignment);
    }
    pad(alignment);
    for (Floats tensor : file.tensors().values()) {
      put(tensor.values());
      pad(alignment);
    }
  }

  private static int alignment(Gguf file) {
    return file.metadata().get(Gguf.ALIGNMENT) instanceof GgufValue.Scalar scalar
        ? Math.toIntExact((Long) scalar.value())
        : Gguf.DEFAULT_ALIGNMENT;
  }

  private void entry(String key, GgufValue value) {
    text(key);
    number(4, value.type().ordinal());
    value(value);
  }

  private void value(GgufValue value) {
    if (value instanceof GgufValue.Array array) {
      number(4, array.elements().ordinal());
      number(8, array.values().size());
      array.values().forEach(this::value);
      return;
    }
    Object content = ((GgufValue.Scalar) value).value();
    int size = value.type().least();
    if (content instanceof String string) {
      text(string);
    } else if (content instanceof Boolean truth) {
      number(size, truth ? 1 : 0);
    } else if (content instanceof Float real) {
      number(size, Float.floatToRawIntBits(real));
    } else if (content instanceof Double real) {
      number(size, Double.doubleToRawLongBits(real));
    } else {
      number(size, (Long) content);
    }
  }

  /** GGUF counts dims from the one that runs fastest. */
  private void announce(String name, long[] dims, long offset) {
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
      throw new IllegalArgumentException("GGUF has no tensor names as long as " + name);
    }
    text(name);
    number(4, dims.length);
    for (int i = dims.length - 1; i >= 0; i--) {
      number(8, dims[i]);
    }
    number(4, 0); // F32
    number(8, offset);
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(8, bytes.length);
    put(bytes);
  }

  private void number(int size, long value) {
    for (int i = 0; i < size && out != null; i++) {
      out.put((byte) (value >>> 8 * i));
    }
    advance(size);
  }

  private void put(byte[] bytes) {
    if (out != null) {
      out.put(bytes);
    }
    advance(bytes.length);
  }

  private void put(float[] values) {
    if (out != null) {
      out.asFloatBuffer().put(values);
      out.position(out.position() + 4 * values.length);
    }
    advance(4L * values.length);
  }

  private void pad(int alignment) {
    long padding = Gguf.padded(at, alignment) - at;
    if (out != null) {
      out.position(out.position() + (int) padding);
    }
    advance(padding);
  }

  private void advance(long bytes) {
    at = Math.toIntExact(at + bytes);
  }
}
