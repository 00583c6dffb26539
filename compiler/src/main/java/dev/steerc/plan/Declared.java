package dev.steerc.plan;

import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.TensorShapeProto;
import dev.steerc.onnx.proto.TypeProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.util.List;

/** Declarations of values, as a graph has them. */
final class Declared {
  private Declared() {}

  /** A tensor of that type and shape; a dimension without a size or a name may be anything. */
  static ValueInfoProto of(String name, ElementType type, List<Dim> dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    dims.forEach(dim -> shape.addDim(dim(dim)));
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.number()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static TensorShapeProto.Dimension dim(Dim dim) {
    TensorShapeProto.Dimension.Builder builder = TensorShapeProto.Dimension.newBuilder();
    if (dim.isFixed()) {
      return builder.setDimValue(dim.size()).build();
    }
    return dim.name().isEmpty() ? builder.build() : builder.setDimParam(dim.name()).build();
  }
}
