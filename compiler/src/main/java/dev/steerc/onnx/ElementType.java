package dev.steerc.onnx;

import java.util.Arrays;
import java.util.Optional;

/** The element types that a steered value or a weight can have, with ONNX's numbers. */
public enum ElementType {
  FLOAT32(1, "float32", 4),
  UINT8(2, "uint8", 1),
  INT8(3, "int8", 1),
  UINT16(4, "uint16", 2),
  INT16(5, "int16", 2),
  INT32(6, "int32", 4),
  INT64(7, "int64", 8),
  STRING(8, "string", 0),
  BOOL(9, "bool", 1),
  FLOAT16(10, "float16", 2),
  FLOAT64(11, "float64", 8),
  UINT32(12, "uint32", 4),
  UINT64(13, "uint64", 8),
  BFLOAT16(16, "bfloat16", 2);

  private final int number;
  private final String label;
  private final int bytes;

  ElementType(int number, String label, int bytes) {
    this.number = number;
    this.label = label;
    this.bytes = bytes;
  }

  /** The number in {@code TensorProto.DataType}. */
  public int number() {
    return number;
  }

  public String label() {
    return label;
  }

  /** The bytes of one element; 0 for a string, which has any length. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloat() {
    return this == FLOAT32 || this == FLOAT16 || this == BFLOAT16 || this == FLOAT64;
  }

  public boolean isInteger() {
    return this == INT32 || this == INT64;
  }

  public static Optional<ElementType> of(int number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }
}
