package dev.steerc.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One input of a run, for any host.
 *
 * @param type the element type, by its number in ONNX
 * @param data direct, in the machine's byte order
 */
public record Feed(String name, int type, long[] shape, ByteBuffer data) {
  public static Feed of(String name, long[][] rows) {
    ByteBuffer data = buffer(rows.length * rows[0].length * 8);
    for (long[] row : rows) {
      for (long value : row) {
        data.putLong(value);
      }
    }
    return new Feed(name, Tensors.INT64, new long[] {rows.length, rows[0].length}, data.flip());
  }

  static Feed of(String name, boolean value) {
    ByteBuffer data = buffer(1).put((byte) (value ? 1 : 0)).flip();
    return new Feed(name, Tensors.BOOL, new long[] {1}, data);
  }

  /** A tensor without elements. */
  public static Feed empty(String name, int type, long... shape) {
    return new Feed(name, type, shape, buffer(0));
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }
}
