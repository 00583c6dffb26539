package dev.steerc.runtime.laws;

import dev.steerc.models.Batch;
import dev.steerc.plan.Site;
import dev.steerc.runtime.format.Floats;
import java.util.Arrays;
import java.util.Random;

/** Made-up tokens and steering, from a seed. */
final class Inputs {
  private static final int RANK = 2;

  private final Random random;

  Inputs(long seed) {
    this.random = new Random(seed);
  }

  /** Rows of the given lengths, padded at the left; a graph of fixed size gets what it takes. */
  Batch batch(Decoder decoder, ModelUnderTest model, int... lengths) {
    int vocabulary = (int) model.residual().vocabulary().orElse(16);
    boolean fixed = decoder.fixedWidth() > 0;
    int[] wanted = fixed ? new int[decoder.fixedRows()] : lengths;
    if (fixed) {
      Arrays.fill(wanted, decoder.fixedWidth());
    }
    long[][] rows = new long[wanted.length][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = random.longs(wanted[row], 0, vocabulary).toArray();
    }
    return Batch.leftPadded(rows);
  }

  Floats tensor(double size, double centre, long... dims) {
    float[] values = new float[Floats.elements(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (centre + size * random.nextGaussian());
    }
    return new Floats(dims, values);
  }

  /** A vector of about the stream's size. */
  float[] vector(int width) {
    return tensor(1, 0, width).values();
  }

  float[] unit(int width) {
    float[] vector = vector(width);
    double norm = 0;
    for (float x : vector) {
      norm += (double) x * x;
    }
    for (int i = 0; i < width; i++) {
      vector[i] /= (float) Math.sqrt(norm);
    }
    return vector;
  }

  /** Another vector in every row and, where columns are more than one, at every token. */
  Steering add(Site.InBlock site, int width, int rows, int columns) {
    return Steering.add(site, tensor(1, 0, rows, columns, width));
  }

  /** Another edit of rank 2 in every row, its bias and gain another at every token. */
  Steering project(Site.InBlock site, int width, int rows, int columns) {
    return Steering.project(
        site,
        tensor(1 / Math.sqrt(width), 0, rows, width, RANK),
        tensor(0.5, 0, rows, columns, RANK),
        tensor(0.5, 1, rows, columns, RANK),
        tensor(0.5, 0, rows, RANK, width));
  }
}
