package dev.steerc.onnx;

import java.nio.ByteBuffer;

/**
 * A local function of a model: where it stands in the file.
 *
 * @param operator what nodes name to call it
 * @param span its message
 */
public record Function(Operator operator, Span span) {
  private static final int NAME = 1;
  private static final int DOMAIN = 10;
  private static final int OVERLOAD = 13;

  static Function read(ByteBuffer file, Span span) {
    String domain = "";
    String name = "";
    String overload = "";
    Wire wire = new Wire(file, span);
    while (wire.next()) {
      switch (wire.field()) {
        case NAME -> name = wire.string();
        case DOMAIN -> domain = wire.string();
        case OVERLOAD -> overload = wire.string();
        default -> wire.skip();
      }
    }
    return new Function(new Operator(domain, name, overload), span);
  }
}
