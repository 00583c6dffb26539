package dev.steerc.onnx;

/**
 * A length-delimited field that holds other fields: when its content grows, its length has to.
 *
 * @param parent the frame around this one, or null for a field of the model itself
 * @param lengthAt where the length varint begins
 * @param content the bytes that the length counts; the varint ends where they begin
 */
record Frame(Frame parent, int lengthAt, Span content) {

  int depth() {
    return parent == null ? 0 : parent.depth() + 1;
  }
}
