package dev.steerc.runtime.bench;

import dev.steerc.runtime.capture.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Activations of pairs that differ along a planted direction, in a file of raw float32.
 *
 * <p>As in a language model, a few directions that both rows of a pair share vary far more than all
 * others, two elements are always large, and the pairs do not differ all alike.
 */
final class MadeUpRows implements Rows, AutoCloseable {
  private static final int ROWS_AT_ONCE = 64;
  private static final int SHARED = 4;
  private static final double SHARED_DEVIATION = 12;
  private static final double LARGE = 60;

  /** How far the classes are apart, in deviations of the noise, and how much that varies. */
  private static final double APART = 4;

  private static final double VARIES = 1;

  private final FileChannel file;
  private final int width;
  private final long count;
  private final double[] planted;
  private int passes;

  private MadeUpRows(FileChannel file, int width, long count, double[] planted) {
    this.file = file;
    this.width = width;
    this.count = count;
    this.planted = planted;
  }

  /** Writes the rows, 2i with and 2i + 1 without what is planted. */
  static MadeUpRows write(Path path, int pairs, int width, long seed) throws IOException {
    Random directions = new Random(seed);
    double[] planted = unit(directions, width);
    double[][] shared = new double[SHARED][];
    for (int i = 0; i < SHARED; i++) {
      shared[i] = unit(directions, width);
    }
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    MadeUpRows rows = new MadeUpRows(file, width, 2L * pairs, planted);
    rows.fill(pairs, shared, new SplittableRandom(seed));
    return rows;
  }

  private static double[] unit(Random random, int width) {
    double[] direction = new double[width];
    double squares = 0;
    for (int i = 0; i < width; i++) {
      direction[i] = random.nextGaussian();
      squares += direction[i] * direction[i];
    }
    for (int i = 0; i < width; i++) {
      direction[i] /= Math.sqrt(squares);
    }
    return direction;
  }

  private void fill(int pairs, double[][] shared, SplittableRandom random) throws IOException {
    ByteBuffer buffer = buffer(2);
    for (int pair = 0; pair < pairs; pair++) {
      double[] common = new double[width];
      for (double[] direction : shared) {
        add(common, SHARED_DEVIATION * random.nextGaussian(), direction);
      }
      common[0] += LARGE;
      common[width / 2] -= LARGE;
      double half = (APART + VARIES * random.nextGaussian()) / 2;
      buffer.clear();
      for (double side : new double[] {half, -half}) {
        for (int i = 0; i < width; i++) {
          buffer.putFloat((float) (common[i] + side * planted[i] + random.nextGaussian()));
        }
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
    }
  }

  private static void add(double[] sum, double factor, double[] direction) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * direction[i];
    }
  }

  private ByteBuffer buffer(int rows) {
    return ByteBuffer.allocateDirect(rows * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The planted direction, of length 1. */
  double[] planted() {
    return planted.clone();
  }

  /** How often the rows were gone through so far. */
  int passes() {
    return passes;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public void forEach(Visitor visitor) {
    passes++;
    ByteBuffer buffer = buffer(ROWS_AT_ONCE);
    float[] row = new float[width];
    try {
      for (long first = 0; first < count; first += ROWS_AT_ONCE) {
        int rows = (int) Math.min(ROWS_AT_ONCE, count - first);
        read(buffer.clear().limit(rows * width * Float.BYTES), first * width * Float.BYTES);
        for (int i = 0; i < rows; i++) {
          buffer.asFloatBuffer().position(i * width).get(row);
          visitor.row(first + i, row);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(ByteBuffer buffer, long from) throws IOException {
    while (buffer.hasRemaining()) {
      if (file.read(buffer, from + buffer.position()) < 0) {
        throw new IOException("the file was cut off meanwhile");
      }
    }
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
