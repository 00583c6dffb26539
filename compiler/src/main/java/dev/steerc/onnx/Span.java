package dev.steerc.onnx;

/**
 * A range of bytes in a file.
 *
 * @param start the first byte
 * @param end the byte after the last
 */
public record Span(int start, int end) {

  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("span " + start + ".." + end);
    }
  }

  public int length() {
    return end - start;
  }
}
