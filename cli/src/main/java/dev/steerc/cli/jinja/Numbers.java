package dev.steerc.cli.jinja;

/** Arithmetic as Python does it: whole numbers stay whole, except when they are divided. */
final class Numbers {
  private Numbers() {}

  static Object add(Object left, Object right) {
    if (isWhole(left) && isWhole(right)) {
      return exact(() -> Math.addExact(whole(left), whole(right)));
    }
    return real(left) + real(right);
  }

  static Object subtract(Object left, Object right) {
    if (isWhole(left) && isWhole(right)) {
      return exact(() -> Math.subtractExact(whole(left), whole(right)));
    }
    return real(left) - real(right);
  }

  static Object multiply(Object left, Object right) {
    if (isWhole(left) && isWhole(right)) {
      return exact(() -> Math.multiplyExact(whole(left), whole(right)));
    }
    return real(left) * real(right);
  }

  static Object divide(Object left, Object right) {
    return real(left) / divisor(right);
  }

  static Object floorDivide(Object left, Object right) {
    double divisor = divisor(right);
    if (isWhole(left) && isWhole(right)) {
      return Math.floorDiv(whole(left), whole(right));
    }
    return Math.floor(real(left) / divisor);
  }

  static Object remainder(Object left, Object right) {
    double divisor = divisor(right);
    if (isWhole(left) && isWhole(right)) {
      return Math.floorMod(whole(left), whole(right));
    }
    return real(left) - Math.floor(real(left) / divisor) * divisor;
  }

  static boolean isNumber(Object value) {
    return value instanceof Double || isWhole(value);
  }

  /** In Python the truth values are the numbers 0 and 1. */
  static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  static long whole(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    if (value instanceof Long number) {
      return number;
    }
    throw new JinjaException(Values.describe(value) + " is no whole number");
  }

  static double real(Object value) {
    return value instanceof Double number ? number : whole(value);
  }

  private static double divisor(Object value) {
    double divisor = real(value);
    if (divisor == 0) {
      throw new JinjaException("a division by zero");
    }
    return divisor;
  }

  private interface Exact {
    long compute();
  }

  private static long exact(Exact work) {
    try {
      return work.compute();
    } catch (ArithmeticException e) {
      throw new JinjaException("a number beyond 64 bits");
    }
  }
}
