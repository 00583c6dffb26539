package dev.steerc.runtime.format;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * An {@code .onnx_adapter}: named tensors in the FlatBuffer that ONNX Runtime loads as LoRA
 * parameters. It is how a host whose API refuses optional inputs feeds them.
 *
 * <p>Source: ONNX Runtime's adapter_schema.fbs, format version 1, identifier TORT.
 */
public final class Adapter {
  static final int FORMAT_VERSION = 1;
  static final String IDENTIFIER = "TORT";
  private static final int FLOAT = 1;

  private final FlatBufferBuilder builder = new FlatBufferBuilder(1024, new Direct());

  /** Memory that ONNX Runtime reads where it is. */
  private static final class Direct extends FlatBufferBuilder.ByteBufferFactory {
    @Override
    public ByteBuffer newByteBuffer(int capacity) {
      return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** The bytes of an adapter with the given parameters, by input name. */
  public static ByteBuffer of(Map<String, Floats> parameters) {
    return new Adapter().write(parameters);
  }

  /** The same, in memory that the next one is written into as well. */
  public ByteBuffer write(Map<String, Floats> parameters) {
    builder.clear();
    int[] tables = new int[parameters.size()];
    int at = 0;
    for (Map.Entry<String, Floats> parameter : parameters.entrySet()) {
      tables[at++] = parameter(parameter.getKey(), parameter.getValue());
    }
    builder.startVector(4, tables.length, 4);
    for (int i = tables.length - 1; i >= 0; i--) {
      builder.addOffset(tables[i]);
    }
    int vector = builder.endVector();
    builder.startTable(4);
    builder.addInt(0, FORMAT_VERSION, 0);
    builder.addInt(1, 1, 0);
    builder.addInt(2, 1, 0);
    builder.addOffset(3, vector, 0);
    builder.finish(builder.endTable(), IDENTIFIER);
    return builder.dataBuffer().slice();
  }

  /**
   * Reads the parameters, by input name, of the bytes that are left in a buffer.
   *
   * @param where what to call them in messages
   */
  public static Map<String, Floats> read(ByteBuffer bytes, String where) {
    return new AdapterReader(bytes, where).read();
  }

  private int parameter(String name, Floats tensor) {
    int bytes = tensor.values().length * 4;
    builder.createUnintializedVector(1, bytes, 8).asFloatBuffer().put(tensor.values());
    int data = builder.endVector();
    builder.startVector(8, tensor.dims().length, 8);
    for (int i = tensor.dims().length - 1; i >= 0; i--) {
      builder.addLong(tensor.dims()[i]);
    }
    int dims = builder.endVector();
    int text = builder.createString(name);
    builder.startTable(4);
    builder.addOffset(0, text, 0);
    builder.addOffset(1, dims, 0);
    builder.addInt(2, FLOAT, 0);
    builder.addOffset(3, data, 0);
    return builder.endTable();
  }
}
