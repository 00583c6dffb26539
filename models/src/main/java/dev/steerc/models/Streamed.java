package dev.steerc.models;

import dev.steerc.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A tensor that is computed while it is written, and never held. */
interface Streamed {
  /** Its name, type and dimensions. */
  TensorProto header();

  /** The bytes of its elements. */
  int bytes();

  /** Writes its elements, little-endian. */
  void write(WritableByteChannel out) throws IOException;

  /** A weight as it is, float32. */
  static Streamed of(String name, Weight weight) {
    return new Plain(name, weight);
  }

  /** A header of some dimensions. */
  static TensorProto header(String name, int type, Iterable<Integer> dims) {
    var header = TensorProto.newBuilder().setName(name).setDataType(type);
    dims.forEach(header::addDims);
    return header.build();
  }

  /** Every element as float32. */
  record Plain(String name, Weight weight) implements Streamed {
    @Override
    public TensorProto header() {
      return Streamed.header(name, Tensors.FLOAT, weight.dims());
    }

    @Override
    public int bytes() {
      return Math.multiplyExact(Float.BYTES, weight.size());
    }

    @Override
    public void write(WritableByteChannel out) throws IOException {
      var sink = new Sink(out);
      Weight.Draw draw = weight.draw();
      for (int i = 0; i < weight.size(); i++) {
        sink.room(Float.BYTES).putFloat(draw.next());
      }
      sink.flush();
    }
  }

  /** Gathers elements to bytes worth writing. */
  final class Sink {
    private static final int BUFFER = 1 << 20;

    private final WritableByteChannel out;
    private final ByteBuffer buffer =
        ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);

    Sink(WritableByteChannel out) {
      this.out = out;
    }

    /** The buffer, with room for so many bytes. */
    ByteBuffer room(int bytes) throws IOException {
      if (buffer.remaining() < bytes) {
        flush();
      }
      return buffer;
    }

    void flush() throws IOException {
      buffer.flip();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      buffer.clear();
    }
  }
}
