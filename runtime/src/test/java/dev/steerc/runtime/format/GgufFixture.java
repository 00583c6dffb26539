package dev.steerc.runtime.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A little writer of GGUF of its own, laid out as ggml's writer in C does it: head, metadata,
 * announcements, padding to 32, and each tensor with its padding.
 */
public final class GgufFixture {
  private static final int ALIGNMENT = 32;

  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private final ByteArrayOutputStream infos = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private int version = 3;
  private long keys;
  private long tensors;

  /** What cvector-generator of llama.cpp writes: the model, how many directions, as int32. */
  public static GgufFixture ofGenerator(String model, int directions) {
    return new GgufFixture()
        .text("general.architecture", "controlvector")
        .text("controlvector.model_hint", model)
        .number("controlvector.layer_count", 5, directions);
  }

  /** What gguf's writer in Python makes of a vector: the number is a uint32. */
  public static GgufFixture ofPython(String architecture, String model, int directions) {
    return new GgufFixture()
        .text("general.architecture", architecture)
        .text(architecture + ".model_hint", model)
        .number(architecture + ".layer_count", 4, directions);
  }

  public GgufFixture version(int other) {
    version = other;
    return this;
  }

  public GgufFixture text(String key, String value) {
    keys++;
    string(entries, key);
    number(entries, 4, 8);
    string(entries, value);
    return this;
  }

  /** A number of four bytes. */
  public GgufFixture number(String key, int type, int value) {
    return entry(key, type, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value));
  }

  /** Any value, as its bytes. */
  public GgufFixture entry(String key, int type, ByteBuffer value) {
    keys++;
    string(entries, key);
    number(entries, 4, type);
    entries.writeBytes(value.array());
    return this;
  }

  /** A vector of float32 behind what is there already. */
  public GgufFixture vector(String name, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return tensor(name, 0, data.size(), bytes.array(), values.length);
  }

  /**
   * Any tensor.
   *
   * @param ne the dims as GGUF has them, the one that runs fastest first
   */
  public GgufFixture tensor(String name, int type, long offset, byte[] bytes, long... ne) {
    tensors++;
    string(infos, name);
    number(infos, 4, ne.length);
    for (long dim : ne) {
      number(infos, 8, dim);
    }
    number(infos, 4, type);
    number(infos, 8, offset);
    data.writeBytes(bytes);
    pad(data);
    return this;
  }

  public byte[] bytes() {
    head.reset();
    head.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    number(head, 4, version);
    number(head, 8, tensors);
    number(head, 8, keys);
    head.writeBytes(entries.toByteArray());
    head.writeBytes(infos.toByteArray());
    pad(head);
    head.writeBytes(data.toByteArray());
    return head.toByteArray();
  }

  private static void pad(ByteArrayOutputStream out) {
    while (out.size() % ALIGNMENT != 0) {
      out.write(0);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(out, 8, bytes.length);
    out.writeBytes(bytes);
  }

  private static void number(ByteArrayOutputStream out, int size, long value) {
    for (int i = 0; i < size; i++) {
      out.write((int) (value >> 8 * i));
    }
  }
}
