package dev.steerc.onnx;

/**
 * One dimension of a declared shape.
 *
 * @param size the fixed size, or -1 when the dimension is symbolic or unknown
 * @param name the symbol, or empty
 */
public record Dim(long size, String name) {

  public boolean isFixed() {
    return size >= 0;
  }

  @Override
  public String toString() {
    return isFixed() ? Long.toString(size) : name.isEmpty() ? "?" : name;
  }
}
