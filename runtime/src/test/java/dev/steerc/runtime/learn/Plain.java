package dev.steerc.runtime.learn;

import dev.steerc.runtime.capture.Rows;
import java.util.BitSet;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Linear algebra as the textbook has it, to compare with: every row and every matrix in memory. */
final class Plain {
  private Plain() {}

  /** Pairs of rows with shared parts of several lengths, whose positive ones lie to one side. */
  static float[][] pairs(Random random, int pairs, int width) {
    double[] side = gaussian(random, width);
    double[][] shared = {gaussian(random, width), gaussian(random, width)};
    float[][] rows = new float[2 * pairs][width];
    for (int row = 0; row < rows.length; row++) {
      double[] along = {5 * random.nextGaussian(), 2 * random.nextGaussian()};
      double sign = row % 2 == 0 ? 0.4 : -0.4;
      for (int i = 0; i < width; i++) {
        double values = along[0] * shared[0][i] + along[1] * shared[1][i] + sign * side[i];
        rows[row][i] = (float) (values + random.nextGaussian() + 3);
      }
    }
    return rows;
  }

  static double[] gaussian(Random random, int width) {
    return random.doubles(width).map(x -> random.nextGaussian()).toArray();
  }

  static Rows rows(float[][] rows) {
    return Rows.of(rows[0].length, rows);
  }

  /** Labels of pairs that are all learned from. */
  static Labels pairs(float[][] rows) {
    return Labels.ofPairs(rows.length / 2, new BitSet());
  }

  /** Labels of rows without pairs that are all learned from. */
  static Labels classes(int classes, int... of) {
    return new Labels(of, classes, false, new BitSet());
  }

  static double[] mean(float[][] rows, IntToDoubleFunction weight) {
    double[] mean = new double[rows[0].length];
    double weights = 0;
    for (int row = 0; row < rows.length; row++) {
      weights += weight.applyAsDouble(row);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += weight.applyAsDouble(row) * rows[row][i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= weights;
    }
    return mean;
  }

  /** The mean of the even rows less that of the odd ones. */
  static double[] difference(float[][] rows) {
    double[] difference = mean(rows, row -> row % 2 == 0 ? 1 : 0);
    double[] negative = mean(rows, row -> row % 2);
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= negative[i];
    }
    return difference;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** A direction, as long as a difference is along it and on its side. */
  static double[] scaled(double[] direction, double[] difference) {
    double along = dot(direction, difference) / dot(direction, direction);
    double[] vector = direction.clone();
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= along;
    }
    return vector;
  }

  /** How far two vectors are apart, by the length of the second. */
  static double distance(float[] vector, double[] expected) {
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      squares += (vector[i] - expected[i]) * (vector[i] - expected[i]);
    }
    return Math.sqrt(squares / dot(expected, expected));
  }

  /** The eigenvector of the largest eigenvalue of a symmetric matrix, by Jacobi's rotations. */
  static double[] firstEigenvector(double[][] matrix) {
    int size = matrix.length;
    double[][] vectors = unit(size);
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < size; p++) {
        for (int q = p + 1; q < size; q++) {
          if (matrix[p][q] != 0) {
            rotate(matrix, vectors, p, q);
          }
        }
      }
    }
    int first = 0;
    for (int i = 1; i < size; i++) {
      first = matrix[i][i] > matrix[first][first] ? i : first;
    }
    double[] vector = new double[size];
    for (int i = 0; i < size; i++) {
      vector[i] = vectors[i][first];
    }
    return vector;
  }

  private static void rotate(double[][] matrix, double[][] vectors, int p, int q) {
    double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
    double sign = theta < 0 ? -1 : 1;
    double tan = sign / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double cos = 1 / Math.sqrt(tan * tan + 1);
    double sin = tan * cos;
    for (double[][] columns : new double[][][] {matrix, vectors}) {
      for (double[] row : columns) {
        double a = row[p];
        row[p] = cos * a - sin * row[q];
        row[q] = sin * a + cos * row[q];
      }
    }
    for (int i = 0; i < matrix.length; i++) {
      double a = matrix[p][i];
      matrix[p][i] = cos * a - sin * matrix[q][i];
      matrix[q][i] = sin * a + cos * matrix[q][i];
    }
  }

  static double[][] unit(int size) {
    double[][] unit = new double[size][size];
    for (int i = 0; i < size; i++) {
      unit[i][i] = 1;
    }
    return unit;
  }

  /** The inverse, by Gauss and Jordan with pivots. */
  static double[][] inverse(double[][] matrix) {
    int size = matrix.length;
    double[][] left = java.util.Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    double[][] right = unit(size);
    for (int column = 0; column < size; column++) {
      int pivot = column;
      for (int row = column; row < size; row++) {
        pivot = Math.abs(left[row][column]) > Math.abs(left[pivot][column]) ? row : pivot;
      }
      for (double[][] side : new double[][][] {left, right}) {
        double[] swapped = side[pivot];
        side[pivot] = side[column];
        side[column] = swapped;
      }
      double head = left[column][column];
      for (double[][] side : new double[][][] {left, right}) {
        for (int i = 0; i < size; i++) {
          side[column][i] /= head;
        }
      }
      for (int row = 0; row < size; row++) {
        double factor = row == column ? 0 : left[row][column];
        for (double[][] side : new double[][][] {left, right}) {
          for (int i = 0; i < size; i++) {
            side[row][i] -= factor * side[column][i];
          }
        }
      }
    }
    return right;
  }

  static double[][] product(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  static double[][] transposed(double[][] matrix) {
    double[][] transposed = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix[0].length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  /**
   * The weights of a logistic regression by Newton's method on standardised features.
   *
   * @param positive whether a row is of the class
   * @return the weights in standardised units, then the intercept
   */
  static double[] logistic(float[][] rows, boolean[] positive, double penalty) {
    int width = rows[0].length;
    double[][] features = standardised(rows);
    double[] point = new double[width + 1];
    for (int round = 0; round < 60; round++) {
      double[] gradient = new double[width + 1];
      double[][] curvature = new double[width + 1][width + 1];
      for (int row = 0; row < rows.length; row++) {
        double p = 1 / (1 + Math.exp(-dot(point, features[row])));
        for (int i = 0; i <= width; i++) {
          gradient[i] += (p - (positive[row] ? 1 : 0)) * features[row][i] / rows.length;
          for (int j = 0; j <= width; j++) {
            curvature[i][j] += p * (1 - p) * features[row][i] * features[row][j] / rows.length;
          }
        }
      }
      for (int i = 0; i < width; i++) {
        gradient[i] += penalty * point[i];
        curvature[i][i] += penalty;
      }
      double[][] inverse = inverse(curvature);
      for (int i = 0; i <= width; i++) {
        point[i] -= dot(inverse[i], gradient);
      }
    }
    return point;
  }

  /** Features of mean 0 and deviation 1, constant ones 0, and a 1 behind them. */
  private static double[][] standardised(float[][] rows) {
    double[] mean = mean(rows, row -> 1);
    double[] deviations = deviations(rows);
    double[][] features = new double[rows.length][mean.length + 1];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < mean.length; i++) {
        double deviation = deviations[i] > 1e-9 ? deviations[i] : Double.POSITIVE_INFINITY;
        features[row][i] = (rows[row][i] - mean[i]) / deviation;
      }
      features[row][mean.length] = 1;
    }
    return features;
  }

  static double[] deviations(float[][] rows) {
    double[] mean = mean(rows, row -> 1);
    double[] deviations = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      double squares = 0;
      for (float[] row : rows) {
        squares += (row[i] - mean[i]) * (row[i] - mean[i]);
      }
      deviations[i] = Math.sqrt(squares / rows.length);
    }
    return deviations;
  }
}
