package dev.steerc.models;

import dev.steerc.onnx.proto.ModelProto;
import dev.steerc.onnx.proto.NodeProto;
import dev.steerc.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model whose matrices are 8-bit codes in blocks of 32 with a scale each, as quantisers of ONNX
 * models write them: every MatMul by a weight, that of the head included, is a MatMulNBits.
 *
 * @param tensors what is still to be stored
 */
record ByteBlocks(ModelProto model, List<Streamed> tensors) {
  static final int BLOCK = 32;
  private static final int MIDDLE = 128;
  private static final int LARGEST = 127;

  /** Input and weight are multiplied as 8-bit integers, which is why anyone quantises for speed. */
  private static final int AS_BYTES = 4;

  /**
   * Quantises the matrices that are multiplied with.
   *
   * @param skeleton whose linears are MatMul and Add, all of a multiple of 32 inputs
   */
  static ByteBlocks of(Gpt2Graph.Skeleton skeleton) {
    ModelProto.Builder model = skeleton.model().toBuilder();
    List<Streamed> tensors = new ArrayList<>();
    Map<String, Weight> left = new LinkedHashMap<>(skeleton.weights());
    for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
      Weight matrix = node.getOpType().equals("MatMul") ? left.remove(node.getInput(1)) : null;
      if (matrix != null) {
        quantise(node, matrix, tensors);
      }
    }
    left.forEach((name, weight) -> tensors.add(Streamed.of(name, weight)));
    model.addOpsetImport(Gpt2Graph.opset("com.microsoft", 1));
    return new ByteBlocks(model.build(), tensors);
  }

  /**
   * @param matrix [in, out]
   */
  private static void quantise(NodeProto.Builder node, Weight matrix, List<Streamed> tensors) {
    Weight rows = matrix.transpose();
    String name = node.getInput(1);
    tensors.add(new Codes(name + "_Q8", rows));
    tensors.add(new Scales(name + "_scales", rows));
    node.setOpType("MatMulNBits").setDomain("com.microsoft");
    node.setInput(1, name + "_Q8").addInput(name + "_scales");
    node.addAttribute(Attributes.integer("K", rows.dims().get(1)));
    node.addAttribute(Attributes.integer("N", rows.dims().get(0)));
    node.addAttribute(Attributes.integer("bits", 8));
    node.addAttribute(Attributes.integer("block_size", BLOCK));
    node.addAttribute(Attributes.integer("accuracy_level", AS_BYTES));
  }

  /** Does something with each block of numbers and its scale. */
  private interface Visitor {
    void block(float[] values, float scale) throws IOException;
  }

  private static void forEach(Weight rows, Visitor visitor) throws IOException {
    Weight.Draw draw = rows.draw();
    float[] values = new float[BLOCK];
    for (int first = 0; first < rows.size(); first += BLOCK) {
      float largest = Float.MIN_NORMAL;
      for (int i = 0; i < BLOCK; i++) {
        values[i] = draw.next();
        largest = Math.max(largest, Math.abs(values[i]));
      }
      visitor.block(values, largest / LARGEST);
    }
  }

  private static int blocks(Weight rows) {
    return rows.dims().get(1) / BLOCK;
  }

  /** uint8 [rows, blocks, 32], 128 for 0. */
  private record Codes(String name, Weight rows) implements Streamed {
    @Override
    public TensorProto header() {
      return Streamed.header(name, Tensors.UINT8, List.of(rows.dims().get(0), blocks(rows), BLOCK));
    }

    @Override
    public int bytes() {
      return rows.size();
    }

    @Override
    public void write(WritableByteChannel out) throws IOException {
      var sink = new Sink(out);
      forEach(
          rows,
          (values, scale) -> {
            for (float value : values) {
              sink.room(1).put((byte) (MIDDLE + (int) Math.rint(value / scale)));
            }
          });
      sink.flush();
    }
  }

  /** float32 [rows, blocks]. */
  private record Scales(String name, Weight rows) implements Streamed {
    @Override
    public TensorProto header() {
      return Streamed.header(name, Tensors.FLOAT, List.of(rows.dims().get(0), blocks(rows)));
    }

    @Override
    public int bytes() {
      return rows.size() / BLOCK * Float.BYTES;
    }

    @Override
    public void write(WritableByteChannel out) throws IOException {
      var sink = new Sink(out);
      forEach(rows, (values, scale) -> sink.room(Float.BYTES).putFloat(scale));
      sink.flush();
    }
  }
}
