package dev.steerc.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the fields of the model itself; graphs are only located. */
final class ModelReader {
  final Map<String, String> metadata = new LinkedHashMap<>();
  final Map<String, Long> opsets = new HashMap<>();
  final List<Function> functions = new ArrayList<>();
  final List<Frame> graphFrames = new ArrayList<>();
  long irVersion;
  Span irVersionField;

  private final ByteBuffer file;
  private boolean recognised;

  ModelReader(ByteBuffer file) {
    this.file = file;
  }

  /** Whether a field that only a model has was seen. */
  boolean recognised() {
    return recognised;
  }

  void scan() {
    Wire wire = new Wire(file, new Span(0, file.limit()));
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> irVersion(wire);
        case 7 -> {
          graphFrames.add(wire.frame(null));
          recognised = true;
        }
        case 8 -> opset(wire.bytes());
        case 14 -> {
          String[] pair = strings(wire.bytes(), 1, 2);
          metadata.put(pair[0], pair[1]);
        }
        case 25 -> functions.add(Function.read(file, wire.bytes()));
        default -> wire.skip();
      }
    }
  }

  private void irVersion(Wire wire) {
    irVersion = wire.number();
    irVersionField = new Span(wire.fieldAt(), wire.position());
    // the first field that exporters write: a small version number in it is as good as a magic
    recognised |= irVersion > 0 && irVersion < 1000;
  }

  private void opset(Span span) {
    String domain = "";
    long version = 0;
    Wire wire = new Wire(file, span);
    while (wire.next()) {
      if (wire.is(1, Wire.BYTES)) {
        domain = wire.string();
      } else if (wire.is(2, Wire.VARINT)) {
        version = wire.number();
      } else {
        wire.skip();
      }
    }
    opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
  }

  private String[] strings(Span span, int first, int second) {
    String[] pair = {"", ""};
    Wire wire = new Wire(file, span);
    while (wire.next()) {
      if (wire.is(first, Wire.BYTES)) {
        pair[0] = wire.string();
      } else if (wire.is(second, Wire.BYTES)) {
        pair[1] = wire.string();
      } else {
        wire.skip();
      }
    }
    return pair;
  }
}
