package dev.steerc.plan;

import com.google.protobuf.ByteString;
import dev.steerc.onnx.Dim;
import dev.steerc.onnx.ElementType;
import dev.steerc.onnx.proto.TensorProto;
import dev.steerc.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A steering input of a patched model: always float32, whatever the model's precision.
 *
 * @param role what it is to its operation, such as {@code add} or {@code read}
 * @param name the graph input's name
 * @param dims its dimensions
 * @param neutral what leaves the model as it is: the elements of the default, or one for all of
 *     them
 */
public record Port(String role, String name, List<Dimension> dims, FloatBuffer neutral) {
  /**
   * One dimension of a port.
   *
   * @param symbol what it is called where it is free, such as {@code batch}
   * @param size its size where it is fixed, and in the default where it is free
   */
  public record Dimension(String symbol, long size) {
    static Dimension free(String symbol) {
      return new Dimension(symbol, 1);
    }

    static Dimension fixed(long size) {
      return new Dimension("", size);
    }

    boolean isFixed() {
      return symbol.isEmpty();
    }

    /** As a person reads it: {@code 768}, or {@code batch|1}. */
    @Override
    public String toString() {
      return isFixed() ? Long.toString(size) : symbol.equals("rank") ? symbol : symbol + "|1";
    }
  }

  public Port {
    dims = List.copyOf(dims);
  }

  Port(String role, String name, List<Dimension> dims, float neutral) {
    this(role, name, dims, FloatBuffer.wrap(new float[] {neutral}));
  }

  /** One element of the default. */
  public float neutral(int at) {
    return neutral.get(neutral.limit() == 1 ? 0 : at);
  }

  /** The declaration of the graph input. */
  ValueInfoProto input() {
    return Declared.of(name, ElementType.FLOAT32, dims.stream().map(this::declared).toList());
  }

  /** A symbol stands for one size in all the model, and two ports may be fed different ones. */
  private Dim declared(Dimension dim) {
    return dim.isFixed() ? new Dim(dim.size(), "") : new Dim(-1, name + "." + dim.symbol());
  }

  /** The default that makes the input optional. */
  TensorProto initializer() {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(ElementType.FLOAT32.number());
    dims.forEach(dim -> tensor.addDims(dim.size()));
    long elements = dims.stream().mapToLong(Dimension::size).reduce(1, (a, b) -> a * b);
    ByteBuffer raw = ByteBuffer.allocate((int) elements * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < elements; at++) {
      raw.putFloat(neutral(at));
    }
    return tensor.setRawData(ByteString.copyFrom(raw.flip())).build();
  }
}
