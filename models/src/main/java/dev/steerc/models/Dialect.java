package dev.steerc.models;

import java.util.EnumSet;
import java.util.Set;

/** One way of writing a model down: versions, producer, and the choices of some exporter. */
public record Dialect(String producer, int ir, int opset, Set<Trait> traits) {
  static final int STATIC_BATCH = 2;
  static final int STATIC_WIDTH = 5;

  public Dialect {
    traits = Set.copyOf(traits);
  }

  /** The plainest spelling but for these choices. */
  public static Dialect of(String producer, int ir, int opset, Trait... traits) {
    return new Dialect(producer, ir, opset, Set.of(traits));
  }

  /** This dialect with more choices made. */
  public Dialect with(Trait... more) {
    var all = EnumSet.copyOf(Set.of(more));
    all.addAll(traits);
    return new Dialect(producer, ir, opset, all);
  }

  /** Whether the exporter made this choice. */
  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Whether a residual sum and the norm behind it are one node. */
  boolean skips() {
    return has(Trait.SKIP_BIAS) || has(Trait.SKIP_STREAM_FIRST) || has(Trait.SKIP_STREAM_SECOND);
  }

  /** Whether any operator is ORT's own. */
  boolean contrib() {
    return skips()
        || has(Trait.FUSED_ATTENTION)
        || has(Trait.FAST_GELU)
        || has(Trait.MULTI_HEAD)
        || blockBits() > 0;
  }

  /** Whether any module is a local function. */
  boolean functions() {
    return has(Trait.NORM_FUNCTION)
        || has(Trait.BLOCK_FUNCTION)
        || has(Trait.NESTED_FUNCTIONS)
        || has(Trait.OWN_FUNCTIONS);
  }

  /** The bits of weights that are quantised block by block, or 0. */
  int blockBits() {
    return has(Trait.BLOCKS_OF_4_BITS) ? 4 : has(Trait.BLOCKS_OF_8_BITS) ? 8 : 0;
  }

  /** What the numbers are worth. */
  public Precision precision() {
    if (blockBits() > 0) {
      return blockBits() == 4 ? Precision.INT4 : Precision.INT8;
    }
    if (has(Trait.QDQ)) {
      return Precision.FIXED_INT8;
    }
    if (has(Trait.INT8)) {
      return Precision.INT8;
    }
    boolean half = has(Trait.HALF_STORED) || has(Trait.HALF_TABLE) || branchType() != Tensors.FLOAT;
    return half ? Precision.FLOAT16 : Precision.FLOAT32;
  }

  /** The element type of the stream, by its number in ONNX. */
  public int elementType() {
    if (has(Trait.BRAIN_HALF)) {
      return Tensors.BFLOAT16;
    }
    return has(Trait.HALF) ? Tensors.FLOAT16 : Tensors.FLOAT;
  }

  /** The element type of what the branches compute, and of what the head gives. */
  int branchType() {
    return has(Trait.HALF_BRANCHES) ? Tensors.FLOAT16 : elementType();
  }

  /** The element type that weights are stored in. */
  int storedType() {
    return has(Trait.HALF_STORED) ? Tensors.FLOAT16 : elementType();
  }
}
