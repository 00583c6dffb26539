package dev.steerc.runtime.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A FlatBuffer read from outside: every offset is checked before it is followed.
 *
 * <p>The library's own reader follows offsets as they are. Source: FlatBuffers' internals page: a
 * table begins with how far before it its vtable is; a vtable has its size, the table's size and
 * where each field is; strings and vectors begin with their length; 0 stands for a field that is
 * left out.
 */
final class FlatBytes {
  private final ByteBuffer bytes;

  FlatBytes(ByteBuffer bytes) {
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An offset that leads out of the file, or a length beyond it. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String what) {
      super(what);
    }
  }

  /** Where the outermost table is. */
  int root() throws Broken {
    return follow(0);
  }

  int length() {
    return bytes.limit();
  }

  /** Where a field of a table is, or 0 when it is left out. */
  int field(int table, int number) throws Broken {
    long vtable = (long) table - int32(table);
    int size = uint16(vtable);
    int tableSize = uint16(vtable + 2);
    if (size < 4 + 2 * number + 2) {
      return 0;
    }
    int offset = uint16(vtable + 4 + 2L * number);
    if (offset >= tableSize) {
      throw new Broken("a field lies outside its table");
    }
    return offset == 0 ? 0 : check(table + (long) offset, 1);
  }

  /** What the offset at a position leads to. */
  int follow(long at) throws Broken {
    return check(at + (int32(at) & 0xffffffffL), 4);
  }

  /** The number of elements of a vector or string, all of which are there. */
  int count(int vector, int elementSize) throws Broken {
    long count = int32(vector) & 0xffffffffL;
    if (count * elementSize > bytes.limit() - vector - 4L) {
      throw new Broken("a vector of " + count + " elements is announced, beyond the file");
    }
    return (int) count;
  }

  /** Some bytes, which the caller has seen to be there. */
  ByteBuffer slice(int at, int length) {
    return bytes.slice(at, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  int int32(long at) throws Broken {
    return bytes.getInt(check(at, 4));
  }

  private int uint16(long at) throws Broken {
    return bytes.getShort(check(at, 2)) & 0xffff;
  }

  private int check(long at, int size) throws Broken {
    if (at < 0 || at > bytes.limit() - size) {
      throw new Broken("an offset leads out of the file");
    }
    return (int) at;
  }
}
