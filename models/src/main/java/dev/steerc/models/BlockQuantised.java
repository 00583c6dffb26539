package dev.steerc.models;

import dev.steerc.onnx.proto.TensorProto;
import java.util.List;

/**
 * Rows of a matrix in blocks of 16 numbers, each block with a scale: the layout that ORT's
 * MatMulNBits and GatherBlockQuantized share, with the middle of the codes as zero.
 *
 * @param codes uint8 [rows, blocks, bytes of a block], the first of two codes in the low bits
 * @param scales float32 [rows, blocks]
 */
record BlockQuantised(TensorProto codes, TensorProto scales) {
  static final int BLOCK = 16;

  /**
   * Quantises along the rows.
   *
   * @param rows [rows, columns] of a multiple of {@link #BLOCK} columns
   * @param bits 4 or 8
   */
  static BlockQuantised of(Weight rows, int bits) {
    int blocks = rows.dims().get(1) / BLOCK;
    float[] values = rows.values();
    float[] scales = new float[values.length / BLOCK];
    byte[] codes = new byte[values.length * bits / 8];
    int middle = 1 << bits - 1;
    for (int block = 0; block < scales.length; block++) {
      scales[block] = largest(values, block * BLOCK) / (middle - 1);
      for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
        int code = middle + (int) Math.rint(values[i] / scales[block]);
        codes[i * bits / 8] |= (byte) (code << i * bits % 8);
      }
    }
    int height = rows.dims().get(0);
    return new BlockQuantised(
        Tensors.raw(Tensors.UINT8, List.of(height, blocks, BLOCK * bits / 8), codes),
        Tensors.floats(Tensors.FLOAT, List.of(height, blocks), scales));
  }

  private static float largest(float[] values, int first) {
    float largest = Float.MIN_NORMAL;
    for (int i = first; i < first + BLOCK; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  /** The codes as a table, uint8 [rows, bytes of a row]. */
  TensorProto table() {
    long bytes = codes.getDims(1) * codes.getDims(2);
    return codes.toBuilder().clearDims().addDims(codes.getDims(0)).addDims(bytes).build();
  }
}
