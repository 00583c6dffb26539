package dev.steerc.runtime;

import ai.onnxruntime.OnnxJavaType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The next tokens of some rows, behind those in the cache.
 *
 * @param ids [rows][columns], padded at the left, or at the right when {@code fromStart}
 * @param padding by how many columns each row's tokens are fewer than the columns up to them
 * @param lengths how many tokens each row is to run; one that ended stays at its last position
 * @param first the columns that are in the cache already
 * @param fromStart whether the cache has each row's tokens from its start on, so that what it lacks
 *     in length is behind them and not in front
 */
public record Columns(long[][] ids, int[] padding, int[] lengths, int first, boolean fromStart) {

  /** Rows of the same length. */
  public static Columns ofAlike(long[][] ids, int first) {
    int[] lengths = new int[ids.length];
    Arrays.fill(lengths, first + ids[0].length);
    return new Columns(ids, new int[ids.length], lengths, first, false);
  }

  int rows() {
    return ids.length;
  }

  int width() {
    return ids[0].length;
  }

  private int total() {
    return first + width();
  }

  /** The same with more columns at the right, which no earlier token looks at. */
  Columns widened(int width) {
    long[][] wide = new long[ids.length][];
    Arrays.setAll(wide, row -> Arrays.copyOf(ids[row], width));
    return new Columns(wide, padding, lengths, first, fromStart);
  }

  /**
   * What an input is fed; a cache is of zeros.
   *
   * @param declared its declared shape, whose fixed sizes are kept
   */
  public Feed feed(InputRole role, OnnxJavaType type, long[] declared) {
    return feed(role, type, declared, ByteBuffer::allocateDirect);
  }

  /** The same in memory that gives so many bytes, or more. */
  Feed feed(InputRole role, OnnxJavaType type, long[] declared, IntFunction<ByteBuffer> memory) {
    long[] dims = dims(role, declared);
    return Feed.of(type, dims, numbers(role, type, dims), memory);
  }

  private long[] dims(InputRole role, long[] declared) {
    return switch (role) {
      case PAST -> cache(declared);
      case MASK -> mask(declared);
      case LENGTHS -> tail(declared, rows(), 1);
      case SLOTS -> tail(declared, width());
      case BEAMS -> tail(declared, rows());
      case TOTAL, CACHED, KEPT, USE_CACHE -> tail(declared, 1);
      case IDS, POSITIONS, SEGMENTS -> batch(declared);
    };
  }

  private Feed.Numbers numbers(InputRole role, OnnxJavaType type, long[] dims) {
    int width = width();
    return switch (role) {
      case PAST, SEGMENTS -> i -> 0;
      case MASK -> mask(type, dims);
      case LENGTHS -> row -> total() - padding[row] - 1;
      case TOTAL -> i -> total();
      case CACHED -> i -> first;
      case KEPT -> i -> width;
      case SLOTS -> i -> first + i;
      case BEAMS -> row -> row;
      case USE_CACHE -> i -> first > 0 ? 1 : 0;
      case IDS -> i -> ids[i / width % rows()][i % width];
      case POSITIONS -> i -> position(i / width % rows(), i % width);
    };
  }

  private int position(int row, int column) {
    return Math.max(0, Math.min(first + column - padding[row], lengths[row] - 1));
  }

  /** Batch, heads, past, head size; with keys and values in one tensor, a 2 in front. */
  public long[] cache(long[] declared) {
    long[] dims = declared.clone();
    int batch = dims.length - 4;
    dims[batch] = rows();
    dims[batch + 2] = declared[batch + 2] > 0 ? declared[batch + 2] : first;
    return dims;
  }

  private long[] mask(long[] declared) {
    int last = declared.length - 1;
    long[] dims = tail(declared, 1);
    dims[0] = rows();
    dims[last] = declared[last] > 0 ? declared[last] : total();
    if (last > 1) {
      dims[last - 1] = width();
    }
    return dims;
  }

  private Feed.Numbers mask(OnnxJavaType type, long[] dims) {
    int keys = (int) dims[dims.length - 1];
    int width = width();
    if (dims.length == 2) {
      return i -> sees(i / keys, width - 1, i % keys) ? 1 : 0;
    }
    int each = Math.toIntExact(Arrays.stream(dims).skip(1).reduce(1, (a, b) -> a * b));
    double hidden = added(type);
    double seen = hidden < 0 ? 0 : 1;
    return i -> sees(i / each, i / keys % width, i % keys) ? seen : hidden;
  }

  /** Whether a token of a row sees what is at a place of the cache, or among the columns. */
  private boolean sees(int row, int column, int key) {
    int from = fromStart ? 0 : padding[row];
    int end = first + column + 1 - (fromStart ? padding[row] : 0);
    return key >= from && key < end;
  }

  /** What hides a token: the least number there is, added to its score; 0 where 1 shows it. */
  private static double added(OnnxJavaType type) {
    return switch (type) {
      case FLOAT, DOUBLE -> -Float.MAX_VALUE;
      case FLOAT16 -> -65504;
      case BFLOAT16 -> -3.3895313892515355e38;
      default -> 0;
    };
  }

  /** Rows and columns, with fixed sizes in front where there are more dimensions. */
  private long[] batch(long[] declared) {
    long[] dims = tail(declared, 1);
    dims[dims.length - 2] = rows();
    dims[dims.length - 1] = width();
    return dims;
  }

  /** The declared sizes where they are fixed, else the given ones, the last one for all others. */
  private static long[] tail(long[] declared, long... sizes) {
    long[] dims = declared.clone();
    for (int i = 0; i < dims.length; i++) {
      dims[i] = dims[i] >= 0 ? dims[i] : sizes[Math.min(i, sizes.length - 1)];
    }
    return dims;
  }
}
