package dev.steerc.cli.serve.inference;

import dev.steerc.onnx.ElementType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The element types of the protocol that ONNX Runtime can be fed. */
enum Datatype {
  BOOL(ElementType.BOOL),
  UINT8(ElementType.UINT8),
  INT8(ElementType.INT8),
  INT16(ElementType.INT16),
  INT32(ElementType.INT32),
  INT64(ElementType.INT64),
  FP16(ElementType.FLOAT16),
  BF16(ElementType.BFLOAT16),
  FP32(ElementType.FLOAT32),
  FP64(ElementType.FLOAT64);

  private static final float LARGEST_HALF = 65504;

  private final ElementType type;

  Datatype(ElementType type) {
    this.type = type;
  }

  ElementType type() {
    return type;
  }

  static Optional<Datatype> named(String name) {
    return Arrays.stream(values()).filter(one -> one.name().equals(name)).findFirst();
  }

  /** What the protocol calls an element type. */
  static String of(ElementType type) {
    return Arrays.stream(values())
        .filter(one -> one.type == type)
        .findFirst()
        .map(Datatype::name)
        .orElse(type.label().toUpperCase(Locale.ROOT));
  }

  /**
   * An element as JSON has it.
   *
   * @return empty when it is none of this type, or beyond its range
   */
  Optional<Number> read(Object json) {
    if (this == BOOL && json instanceof Boolean flag) {
      return Optional.of(flag ? 1 : 0);
    }
    if (json instanceof Number number && inRange(number)) {
      return Optional.of(number);
    }
    return Optional.empty();
  }

  private boolean inRange(Number number) {
    double value = number.doubleValue();
    return switch (this) {
      case BOOL -> value == 0 || value == 1;
      case UINT8 -> isWhole(number, 0, 255);
      case INT8 -> isWhole(number, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case INT16 -> isWhole(number, Short.MIN_VALUE, Short.MAX_VALUE);
      case INT32 -> isWhole(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
      // a longer number has lost its last digits when it is read
      case INT64 -> number instanceof Long || isWhole(number, -(1L << 53), 1L << 53);
      case FP16 -> Math.abs(value) <= LARGEST_HALF;
      case BF16, FP32 -> Math.abs(value) <= Float.MAX_VALUE;
      case FP64 -> Double.isFinite(value);
    };
  }

  private static boolean isWhole(Number number, long least, long most) {
    double value = number.doubleValue();
    return value == Math.rint(value) && value >= least && value <= most;
  }
}
