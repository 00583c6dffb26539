package dev.steerc.onnx;

import java.util.Arrays;
import java.util.Optional;

/** The element types that a steered value or a weight can have, with ONNX's numbers. */
public enum ElementType {
  FLOAT32(1, "float32"),
  UINT8(2, "uint8"),
  INT8(3, "int8"),
  UINT16(4, "uint16"),
  INT16(5, "int16"),
  INT32(6, "int32"),
  INT64(7, "int64"),
  STRING(8, "string"),
  BOOL(9, "bool"),
  FLOAT16(10, "float16"),
  FLOAT64(11, "float64"),
  UINT32(12, "uint32"),
  UINT64(13, "uint64"),
  BFLOAT16(16, "bfloat16");

  private final int number;
  private final String label;

  ElementType(int number, String label) {
    this.number = number;
    this.label = label;
  }

  /** The number in {@code TensorProto.DataType}. */
  public int number() {
    return number;
  }

  public String label() {
    return label;
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
