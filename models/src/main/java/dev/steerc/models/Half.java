package dev.steerc.models;

/** Conversion to IEEE binary16, which Java has only from version 20 on. */
final class Half {
  private Half() {}

  /** The bits of the nearest float16, ties to even; too large a number becomes infinite. */
  static short of(float value) {
    int bits = Float.floatToIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) 0x7e00;
    }
    if (magnitude >= 65520f) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24f));
    }
    int rebased = (bits & 0x7fffffff) - (112 << 23);
    int rounded = rebased + 0xfff + (rebased >>> 13 & 1);
    return (short) (sign | rounded >>> 13);
  }

  /** The number that float16 bits stand for. */
  static float toFloat(short bits) {
    int exponent = bits >>> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        exponent == 0
            ? fraction * 0x1p-24f
            : exponent == 31
                ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                : Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
    return bits < 0 ? -magnitude : magnitude;
  }
}
