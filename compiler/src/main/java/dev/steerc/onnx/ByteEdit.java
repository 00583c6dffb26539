package dev.steerc.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Bytes that take the place of a span of the original file.
 *
 * @param span what is replaced; empty to insert
 * @param bytes what stands there instead
 * @param frame the innermost frame whose length counts the span, or null for the model itself
 */
record ByteEdit(Span span, byte[] bytes, Frame frame) {

  int depth() {
    return frame == null ? -1 : frame.depth();
  }

  int growth() {
    return bytes.length - span.length();
  }

  /** Carries out edits, in the order of their places, in memory. */
  static byte[] apply(List<ByteEdit> edits, ByteBuffer original) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    for (ByteEdit edit : edits) {
      copy(original, at, edit.span().start(), out);
      out.writeBytes(edit.bytes());
      at = edit.span().end();
    }
    copy(original, at, original.limit(), out);
    return out.toByteArray();
  }

  private static void copy(ByteBuffer from, int start, int end, ByteArrayOutputStream to) {
    byte[] piece = new byte[end - start];
    from.get(start, piece);
    to.writeBytes(piece);
  }
}
