package dev.steerc.onnx;

import java.util.Objects;

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

  // Plain code, since what a record brings is only made when it is first used: at every start.

  @Override
  public int hashCode() {
    return lengthAt;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frame frame
        && frame.lengthAt == lengthAt
        && frame.content.start() == content.start()
        && frame.content.end() == content.end()
        && Objects.equals(frame.parent, parent);
  }
}
