package dev.steerc.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A named value with its declared type: a graph input, a graph output or a value info.
 *
 * @param name the value's name
 * @param type the element type; empty when it is not a tensor or of a type unknown here
 * @param shape the declared dimensions; empty when none are declared
 */
public record Value(String name, Optional<ElementType> type, Optional<List<Dim>> shape) {

  static Value read(Wire field, ByteBuffer file) {
    String name = "";
    Optional<ElementType> type = Optional.empty();
    Optional<List<Dim>> shape = Optional.empty();
    Wire wire = new Wire(file, field.bytes());
    while (wire.next()) {
      if (wire.is(1, Wire.BYTES)) {
        name = wire.string();
      } else if (wire.is(2, Wire.BYTES)) {
        Wire tensor = tensorType(new Wire(file, wire.bytes()), file);
        while (tensor.next()) {
          if (tensor.is(1, Wire.VARINT)) {
            type = ElementType.of((int) tensor.number());
          } else if (tensor.is(2, Wire.BYTES)) {
            shape = Optional.of(dims(new Wire(file, tensor.bytes()), file));
          } else {
            tensor.skip();
          }
        }
      } else {
        wire.skip();
      }
    }
    return new Value(name, type, shape);
  }

  private static Wire tensorType(Wire type, ByteBuffer file) {
    Wire tensor = new Wire(file, new Span(0, 0));
    while (type.next()) {
      if (type.is(1, Wire.BYTES)) {
        tensor = new Wire(file, type.bytes());
      } else {
        type.skip();
      }
    }
    return tensor;
  }

  private static List<Dim> dims(Wire shape, ByteBuffer file) {
    List<Dim> dims = new ArrayList<>();
    while (shape.next()) {
      if (!shape.is(1, Wire.BYTES)) {
        shape.skip();
        continue;
      }
      Dim dim = new Dim(-1, "");
      Wire wire = new Wire(file, shape.bytes());
      while (wire.next()) {
        if (wire.is(1, Wire.VARINT)) {
          dim = new Dim(wire.number(), "");
        } else if (wire.is(2, Wire.BYTES)) {
          dim = new Dim(-1, wire.string());
        } else {
          wire.skip();
        }
      }
      dims.add(dim);
    }
    return List.copyOf(dims);
  }
}
