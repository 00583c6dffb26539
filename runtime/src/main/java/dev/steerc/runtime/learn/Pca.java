package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The first eigenvector of the second moment C of the pairs' differences.
 *
 * <p>Each pass through the rows multiplies a block of vectors by C, which is never made. The best
 * combination of all vectors so far is the answer once its residual is small (the block Lanczos
 * method with thick restarts): near-equal eigenvalues cost some more passes where plain subspace
 * iteration would need thousands. As it begins with random vectors, the first passes are those of a
 * randomized range finder in its block Krylov form. Source: Golub and Van Loan, Matrix
 * Computations, section 10.3; arXiv 1504.05477.
 */
final class Pca {
  private static final int COLUMNS = 8;

  /** The most vectors that are kept, and how many of them survive when they get too many. */
  private static final int MOST = 96;

  private static final int KEPT = 24;

  private static final int PASSES = 300;

  /** The residual, in eigenvalues, that is always small enough, and the least that can be had. */
  private static final double LARGEST = 1e-9;

  private static final double LEAST = 1e-13;

  /** How far the answer may turn, as residual by the distance to the next eigenvalue. */
  private static final double TURN = 1e-7;

  /** The part of a vector that rounding leaves of it when it lies in the space of others. */
  private static final double DEPENDENT = 1e-10;

  private final Sample sample;
  private final int width;
  private List<double[]> basis = new ArrayList<>();
  private List<double[]> images = new ArrayList<>();

  private Pca(Sample sample) {
    this.sample = sample;
    this.width = sample.width();
  }

  /** The direction, of length 1 and with either sign. */
  static double[] direction(Sample sample, long seed) {
    return new Pca(sample).direction(seed);
  }

  private double[] direction(long seed) {
    List<double[]> block = orthonormal(random(seed), 0);
    for (int pass = 0; pass < PASSES; pass++) {
      images.addAll(images(block));
      basis.addAll(block);
      Ritz ritz = Ritz.of(basis, images);
      List<double[]> residuals = ritz.residuals(basis, images, COLUMNS);
      block = orthonormal(residuals, DEPENDENT * ritz.values[0]);
      if (Doubles.norm(residuals.get(0)) <= ritz.tolerance() || block.isEmpty()) {
        return ritz.combined(basis, 0);
      }
      if (basis.size() + COLUMNS > MOST) {
        List<double[]> kept = ritz.combined(basis);
        images = ritz.combined(images);
        basis = kept;
      }
    }
    throw Problem.of(Code.NOT_LEARNABLE, "no principal direction stands out")
        .note("after " + PASSES + " passes, several directions still vary alike")
        .help("use `--method diffmean`, or more pairs")
        .exception();
  }

  private List<double[]> random(long seed) {
    Random random = new Random(seed);
    List<double[]> vectors = new ArrayList<>();
    for (int i = 0; i < Math.min(COLUMNS, width); i++) {
      vectors.add(random.doubles(width).map(x -> x - 0.5).toArray());
    }
    return vectors;
  }

  /** What of some vectors is across the basis and across each other, if it is longer than that. */
  private List<double[]> orthonormal(List<double[]> vectors, double least) {
    List<double[]> added = new ArrayList<>();
    for (double[] vector : vectors) {
      double[] rest = across(across(vector, added), added); // twice, for what rounding leaves
      double norm = Doubles.norm(rest);
      if (norm > least) {
        added.add(Doubles.times(1 / norm, rest));
      }
    }
    return added;
  }

  private double[] across(double[] vector, List<double[]> added) {
    double[] rest = vector;
    for (List<double[]> others : List.of(basis, added)) {
      for (double[] other : others) {
        rest = Doubles.plus(rest, -Doubles.dot(other, rest), other);
      }
    }
    return rest;
  }

  /** C times each vector. */
  private List<double[]> images(List<double[]> vectors) {
    int count = vectors.size();
    double[] packed = new double[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(vectors.get(i), 0, packed, i * width, width);
    }
    double[] sums = sample.learn(count * width, new Images(packed, count));
    List<double[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] sum = Arrays.copyOfRange(sums, i * width, (i + 1) * width);
      images.add(Doubles.times(2.0 / sample.learned(), sum));
    }
    return images;
  }

  /**
   * The sum over the pairs of their difference times its products with some vectors.
   *
   * @param vectors [count, width]
   */
  private record Images(double[] vectors, int count) implements Pass {
    @Override
    public void add(Block block, double[] sums) {
      double[] products = new double[Block.MOST * count];
      block.differences();
      block.times(vectors, count, products);
      block.addWeighted(products, count, sums);
    }
  }

  /**
   * The best approximations of eigenvectors within a space.
   *
   * @param values the eigenvalues, the largest first
   * @param vectors how each eigenvector is combined from the vectors of the space
   */
  private record Ritz(double[] values, List<double[]> vectors) {

    static Ritz of(List<double[]> basis, List<double[]> images) {
      int size = basis.size();
      DMatrixRMaj matrix = new DMatrixRMaj(size, size);
      for (int i = 0; i < size; i++) {
        for (int j = 0; j <= i; j++) {
          double element = Doubles.dot(basis.get(i), images.get(j));
          matrix.set(i, j, element);
          matrix.set(j, i, element);
        }
      }
      EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, true, true);
      if (!eigen.decompose(matrix)) {
        throw new IllegalStateException("no eigenvalues of a symmetric matrix");
      }
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        order.add(i);
      }
      order.sort(Comparator.comparingDouble(i -> -eigen.getEigenvalue(i).real));
      return new Ritz(
          order.stream().mapToDouble(i -> eigen.getEigenvalue(i).real).toArray(),
          order.stream().map(i -> eigen.getEigenVector(i).data).toList());
    }

    /** What the first residual has to come down to. */
    double tolerance() {
      double gap = values.length > 1 ? values[0] - values[1] : values[0];
      return Math.max(LEAST * values[0], Math.min(LARGEST * values[0], TURN * gap));
    }

    /** C·v − λ·v of the first approximations. */
    List<double[]> residuals(List<double[]> basis, List<double[]> images, int most) {
      List<double[]> residuals = new ArrayList<>();
      for (int i = 0; i < Math.min(most, values.length); i++) {
        residuals.add(Doubles.plus(combined(images, i), -values[i], combined(basis, i)));
      }
      return residuals;
    }

    double[] combined(List<double[]> space, int which) {
      double[] sum = new double[space.get(0).length];
      for (int i = 0; i < space.size(); i++) {
        sum = Doubles.plus(sum, vectors.get(which)[i], space.get(i));
      }
      return sum;
    }

    List<double[]> combined(List<double[]> space) {
      List<double[]> kept = new ArrayList<>();
      for (int i = 0; i < KEPT; i++) {
        kept.add(combined(space, i));
      }
      return kept;
    }
  }
}
