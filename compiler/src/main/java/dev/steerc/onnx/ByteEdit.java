package dev.steerc.onnx;

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
}
