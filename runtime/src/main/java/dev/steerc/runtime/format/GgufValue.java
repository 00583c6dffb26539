package dev.steerc.runtime.format;

import java.util.List;

/** A typed value of GGUF's metadata. */
public sealed interface GgufValue {

  GgufType type();

  static GgufValue of(String text) {
    return new Scalar(GgufType.STRING, text);
  }

  static GgufValue int32(int number) {
    return new Scalar(GgufType.INT32, (long) number);
  }

  static GgufValue uint32(long number) {
    return new Scalar(GgufType.UINT32, number);
  }

  /**
   * One value.
   *
   * @param value a Long for the integers (of the same 64 bits for uint64), a Float, a Double, a
   *     Boolean or a String
   */
  record Scalar(GgufType type, Object value) implements GgufValue {}

  /**
   * Values of one type.
   *
   * @param elements the type of each
   */
  record Array(GgufType elements, List<GgufValue> values) implements GgufValue {
    public Array {
      values = List.copyOf(values);
    }

    @Override
    public GgufType type() {
      return GgufType.ARRAY;
    }
  }
}
