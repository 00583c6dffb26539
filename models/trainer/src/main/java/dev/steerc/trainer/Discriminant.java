package dev.steerc.trainer;

import dev.steerc.runtime.format.Floats;
import java.util.List;

/**
 * The direction along which two kinds of vectors are farthest apart, measured by how much each
 * spreads: the difference of their means over their covariance. Source: R. A. Fisher, "The use of
 * multiple measurements in taxonomic problems" (1936); the covariance is shrunk towards a sphere.
 */
final class Discriminant {
  private static final double SHRINKAGE = 0.1;

  private final double[][] system;
  private final int width;

  private Discriminant(int width) {
    this.width = width;
    this.system = new double[width][width + 1];
  }

  /** The direction from the negatives to the positives, [width] as they are. */
  static Floats of(List<double[]> positives, List<double[]> negatives) {
    int width = positives.get(0).length;
    Discriminant discriminant = new Discriminant(width);
    double[] more = mean(positives, width);
    double[] less = mean(negatives, width);
    discriminant.spread(positives, more);
    discriminant.spread(negatives, less);
    discriminant.shrink();
    for (int i = 0; i < width; i++) {
      discriminant.system[i][width] = more[i] - less[i];
    }
    return discriminant.solved();
  }

  private static double[] mean(List<double[]> vectors, int width) {
    double[] mean = new double[width];
    for (double[] vector : vectors) {
      for (int i = 0; i < width; i++) {
        mean[i] += vector[i] / vectors.size();
      }
    }
    return mean;
  }

  private void spread(List<double[]> vectors, double[] mean) {
    for (double[] vector : vectors) {
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < width; j++) {
          system[i][j] += (vector[i] - mean[i]) * (vector[j] - mean[j]);
        }
      }
    }
  }

  private void shrink() {
    double trace = 0;
    for (int i = 0; i < width; i++) {
      trace += system[i][i];
    }
    for (int i = 0; i < width; i++) {
      system[i][i] += SHRINKAGE * trace / width;
    }
  }

  /** Gauss's elimination; the matrix is positive definite, so that no pivot is 0. */
  private Floats solved() {
    for (int column = 0; column < width; column++) {
      for (int row = 0; row < width; row++) {
        double factor = row == column ? 0 : system[row][column] / system[column][column];
        for (int k = column; k <= width && factor != 0; k++) {
          system[row][k] -= factor * system[column][k];
        }
      }
    }
    float[] solution = new float[width];
    for (int i = 0; i < width; i++) {
      solution[i] = (float) (system[i][width] / system[i][i]);
    }
    return new Floats(new long[] {width}, solution);
  }
}
