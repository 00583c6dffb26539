package dev.steerc.runtime.format;

/** The types of GGUF's metadata, in the order of their numbers. */
public enum GgufType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private final int least;

  GgufType(int least) {
    this.least = least;
  }

  /** The fewest bytes that a value takes: a string has a length, an array a type and a length. */
  int least() {
    return least;
  }
}
