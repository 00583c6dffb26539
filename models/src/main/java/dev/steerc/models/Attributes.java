package dev.steerc.models;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.proto.AttributeProto;
import dev.steerc.onnx.proto.GraphProto;
import dev.steerc.onnx.proto.TensorProto;
import java.util.Arrays;

/** Attributes of nodes, each with the type number that ONNX gives its kind. */
public final class Attributes {
  private Attributes() {}

  public static AttributeProto number(String name, double value) {
    return named(name, 1).setF((float) value).build();
  }

  public static AttributeProto integer(String name, long value) {
    return named(name, 2).setI(value).build();
  }

  public static AttributeProto text(String name, String value) {
    return named(name, 3).setS(ByteString.copyFromUtf8(value)).build();
  }

  public static AttributeProto tensor(String name, TensorProto value) {
    return named(name, 4).setT(value).build();
  }

  public static AttributeProto graph(String name, GraphProto value) {
    return named(name, 5).setG(value).build();
  }

  public static AttributeProto integers(String name, long... values) {
    return named(name, 7).addAllInts(Arrays.stream(values).boxed().toList()).build();
  }

  private static AttributeProto.Builder named(String name, int type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
