package dev.steerc.onnx;

/** Bytes that are not protobuf; {@link ModelFile} turns it into a problem. */
final class WireException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int at;

  /** Whether the bytes simply ended too early. */
  private final boolean endsEarly;

  WireException(int at, String what) {
    super(what);
    this.at = at;
    this.endsEarly = false;
  }

  WireException(int at, long wanted, long left) {
    super(
        wanted < 0
            ? "a length beyond 2^63"
            : wanted + " bytes are announced and " + left + " are left");
    this.at = at;
    this.endsEarly = true;
  }

  int at() {
    return at;
  }

  boolean endsEarly() {
    return endsEarly;
  }
}
