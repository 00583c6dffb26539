package dev.steerc.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over protobuf wire format that gives positions instead of copies.
 *
 * <p>Source: the protocol buffers encoding guide. Not {@code CodedInputStream}: that reads values,
 * and steerc needs to know where each length stands.
 */
final class Wire {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int START_GROUP = 3;
  static final int END_GROUP = 4;
  static final int FIXED32 = 5;

  private static final int MAX_GROUPS = 64;

  private final ByteBuffer file;
  private final int end;
  private int at;
  private int field;
  private int type;
  private int fieldAt;

  Wire(ByteBuffer file, Span span) {
    this.file = file;
    this.at = span.start();
    this.end = span.end();
  }

  /** Moves to the next field; false at the end of the message. */
  boolean next() {
    if (at == end) {
      return false;
    }
    fieldAt = at;
    long tag = varint();
    type = (int) (tag & 7);
    long number = tag >>> 3;
    if (number == 0 || number >= 1 << 29) {
      throw new WireException(fieldAt, "field number " + number);
    }
    field = (int) number;
    return true;
  }

  int field() {
    return field;
  }

  /** Where the current field's tag begins. */
  int fieldAt() {
    return fieldAt;
  }

  /** Where the cursor stands: behind what was read last. */
  int position() {
    return at;
  }

  boolean is(int number, int wireType) {
    return field == number && type == wireType;
  }

  /** The value of a varint field. */
  long number() {
    expect(VARINT);
    return varint();
  }

  /** A bare varint: a tag, a length, or an element of a packed field. */
  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = oneByte();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new WireException(at, "a number of more than ten bytes");
  }

  /** The content of a length-delimited field, and moves behind it. */
  Span bytes() {
    expect(BYTES);
    int lengthAt = at;
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new WireException(lengthAt, length, end - at);
    }
    Span content = new Span(at, at + (int) length);
    at = content.end();
    return content;
  }

  /** A length-delimited field as a frame around its own fields. */
  Frame frame(Frame parent) {
    int lengthAt = at;
    return new Frame(parent, lengthAt, bytes());
  }

  String string() {
    return text(file, bytes());
  }

  int fixed32() {
    expect(FIXED32);
    need(4);
    int value = Integer.reverseBytes(file.getInt(at));
    at += 4;
    return value;
  }

  /** Moves behind the current field, whatever it is. */
  void skip() {
    skip(0);
  }

  private void skip(int groups) {
    switch (type) {
      case VARINT -> varint();
      case FIXED64 -> move(8);
      case BYTES -> bytes();
      case FIXED32 -> move(4);
      case START_GROUP -> skipGroup(groups + 1);
      default -> throw new WireException(fieldAt, "wire type " + type);
    }
  }

  private void skipGroup(int groups) {
    if (groups > MAX_GROUPS) {
      throw new WireException(fieldAt, "groups nested too deeply");
    }
    int open = field;
    while (next()) {
      if (type == END_GROUP && field == open) {
        return;
      }
      skip(groups);
    }
    throw new WireException(at, "a group that never ends");
  }

  private void expect(int wireType) {
    if (type != wireType) {
      throw new WireException(fieldAt, "field " + field + " has wire type " + type);
    }
  }

  private void move(int length) {
    need(length);
    at += length;
  }

  private void need(int length) {
    if (end - at < length) {
      throw new WireException(at, length, end - at);
    }
  }

  private byte oneByte() {
    need(1);
    return file.get(at++);
  }

  static String text(ByteBuffer file, Span span) {
    byte[] copy = new byte[span.length()];
    file.get(span.start(), copy);
    return new String(copy, StandardCharsets.UTF_8);
  }

  /** The shortest varint of a length. */
  static byte[] varint(long value) {
    byte[] bytes = new byte[10];
    int n = 0;
    long rest = value;
    do {
      bytes[n++] = (byte) ((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      rest >>>= 7;
    } while (rest != 0);
    return java.util.Arrays.copyOf(bytes, n);
  }
}
