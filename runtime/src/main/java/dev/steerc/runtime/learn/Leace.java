package dev.steerc.runtime.learn;

import dev.steerc.runtime.steering.Edit;
import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * The affine eraser of k classes, y = x − P(x − μ): behind it all classes have the same mean, so
 * that no linear probe does better than a constant, and of all such edits it changes x least.
 *
 * <p>P = A (Aᵀ M A)⁻¹ Aᵀ M, where the columns of A [width, k − 1] span the differences of the
 * classes' means, which are what the cross-covariance with their labels spans, and M = (Σ +
 * ridge·I)⁻¹. The means become equal whatever M is; it only decides what else is changed. Source:
 * LEACE, arXiv 2306.03819, theorem 3.1.
 */
final class Leace {
  /**
   * The ridge, by the mean variance of an element. It lets fewer rows than elements do, and keeps
   * directions in which a sample hardly varies from being taken for ones that never do.
   */
  static final double RIDGE = 1e-3;

  /** The part of the widest separation, squared, below which a direction depends on the others. */
  private static final double DEPENDENT = 1e-12;

  private Leace() {}

  static Edit.LowRank eraser(Sample sample) {
    int width = sample.width();
    DMatrixRMaj differences = differences(sample);
    DMatrixRMaj read = differences.createLike();
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(width);
    if (!solver.setA(covariance(sample))) {
      throw new IllegalStateException("the covariance with its ridge is not positive definite");
    }
    solver.solve(differences, read); // M A
    DMatrixRMaj whitening = whitening(differences, read);
    return edit(sample, product(differences, whitening), product(read, whitening));
  }

  /** The mean of each class but the first, less that one's: A [width, classes − 1]. */
  private static DMatrixRMaj differences(Sample sample) {
    double[][] means = sample.means();
    DMatrixRMaj differences = new DMatrixRMaj(sample.width(), means.length - 1);
    boolean isNothing = true;
    for (int c = 1; c < means.length; c++) {
      double[] difference = Doubles.minus(means[c], means[0]);
      isNothing &= sample.isNothing(difference);
      for (int i = 0; i < difference.length; i++) {
        differences.set(i, c - 1, difference[i]);
      }
    }
    if (isNothing) {
      throw Method.nothing("the activations of the classes have the same mean");
    }
    return differences;
  }

  /** The covariance of the rows and the ridge; the only thing that takes width² numbers. */
  private static DMatrixRMaj covariance(Sample sample) {
    int width = sample.width();
    double[] mean = sample.mean();
    double[] sums =
        sample.learn(
            Math.multiplyExact(width, width),
            (block, products) -> {
              block.center(mean);
              block.addOuter(products);
            });
    double trace = 0;
    for (int i = 0; i < width; i++) {
      trace += sums[i * width + i];
      for (int j = i; j < width; j++) {
        sums[i * width + j] /= sample.learned();
        sums[j * width + i] = sums[i * width + j];
      }
    }
    for (int i = 0; i < width; i++) {
      sums[i * width + i] += RIDGE * trace / sample.learned() / width;
    }
    return DMatrixRMaj.wrap(width, width, sums);
  }

  /** What makes independent columns of A out of all, with the unit matrix as their Aᵀ M A. */
  private static DMatrixRMaj whitening(DMatrixRMaj differences, DMatrixRMaj read) {
    int size = differences.numCols;
    DMatrixRMaj gram = new DMatrixRMaj(size, size);
    CommonOps_DDRM.multTransA(differences, read, gram);
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, true, true);
    if (!eigen.decompose(symmetric(gram))) {
      throw new IllegalStateException("no eigenvalues of a symmetric matrix");
    }
    double largest = 0;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, eigen.getEigenvalue(i).real);
    }
    List<DMatrixRMaj> columns = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      double value = eigen.getEigenvalue(i).real;
      if (value > DEPENDENT * largest) {
        DMatrixRMaj column = eigen.getEigenVector(i).copy();
        CommonOps_DDRM.scale(1 / Math.sqrt(value), column);
        columns.add(column);
      }
    }
    return CommonOps_DDRM.concatColumnsMulti(columns.toArray(new DMatrixRMaj[0]));
  }

  /** The mean of a matrix and its transpose, which rounding had made different. */
  private static DMatrixRMaj symmetric(DMatrixRMaj matrix) {
    DMatrixRMaj mean = CommonOps_DDRM.transpose(matrix, null);
    CommonOps_DDRM.addEquals(mean, matrix);
    CommonOps_DDRM.scale(0.5, mean);
    return mean;
  }

  private static DMatrixRMaj product(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj product = new DMatrixRMaj(a.numRows, b.numCols);
    CommonOps_DDRM.mult(a, b, product);
    return product;
  }

  /** The edit x + ((x − μ)·R)·W; the bias is made of R as float32 has it. */
  private static Edit.LowRank edit(Sample sample, DMatrixRMaj away, DMatrixRMaj along) {
    int width = along.numRows;
    int rank = along.numCols;
    CommonOps_DDRM.scale(-1, along);
    double[] mean = sample.mean();
    double[] bias = new double[rank];
    for (int i = 0; i < width; i++) {
      for (int r = 0; r < rank; r++) {
        bias[r] -= mean[i] * (float) along.get(i, r);
      }
    }
    return new Edit.LowRank(
        Doubles.toFloats(along.data, width, rank),
        Doubles.toFloats(bias, rank),
        Doubles.toFloats(CommonOps_DDRM.transpose(away, null).data, rank, width));
  }
}
