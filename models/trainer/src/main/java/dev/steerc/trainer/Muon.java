package dev.steerc.trainer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Muon: momentum whose matrix is replaced by the nearest one with singular values near 1.
 *
 * <p>Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with
 * Nesterov momentum. A matrix that holds query, key and value side by side counts as three.
 */
final class Muon implements Optimizer {
  private static final double RATE = 0.02;
  private static final double MOMENTUM = 0.95;
  private static final int ITERATIONS = 5;
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final double TINY = 1e-7;

  private final Map<String, Tensor> matrices;
  private final Map<String, Tensor> momenta = new LinkedHashMap<>();

  /**
   * A rule for these parameters.
   *
   * @param matrices float32 [in, out] each
   */
  Muon(Map<String, Tensor> matrices) {
    this.matrices = matrices;
    matrices.forEach((name, matrix) -> momenta.put("muon." + name, torch.zeros_like(matrix)));
  }

  @Override
  public void step(double part) {
    matrices.forEach(
        (name, matrix) -> {
          Tensor gradient = matrix.grad();
          Tensor momentum = momenta.get("muon." + name);
          momentum.lerp_(gradient, Torch.scalar(1 - MOMENTUM));
          Tensor ahead = gradient.lerp(momentum, Torch.scalar(MOMENTUM));
          move(matrix, ahead, part * RATE);
        });
  }

  @Override
  public Map<String, Tensor> memory() {
    return momenta;
  }

  private static void move(Tensor matrix, Tensor direction, double rate) {
    long in = matrix.size(0);
    boolean joined = matrix.size(1) == 3 * in;
    long width = joined ? in : matrix.size(1);
    double scale = Math.sqrt(Math.max(1, (double) width / in));
    for (long from = 0; from < matrix.size(1); from += width) {
      Tensor update = orthogonal(direction.narrow(1, from, width));
      matrix.narrow(1, from, width).sub_(update, Torch.scalar(rate * scale));
    }
  }

  /** The matrix with its singular values brought to about 1, by Newton-Schulz iteration. */
  static Tensor orthogonal(Tensor matrix) {
    boolean tall = matrix.size(0) > matrix.size(1);
    Tensor wide = tall ? matrix.t() : matrix;
    Tensor x = wide.div(wide.norm().add(Torch.scalar(TINY)));
    for (int i = 0; i < ITERATIONS; i++) {
      Tensor square = x.mm(x.t());
      Tensor polynomial = torch.addmm(square, square, square, Torch.scalar(B), Torch.scalar(C));
      x = torch.addmm(x, polynomial, x, Torch.scalar(A), Torch.scalar(1));
    }
    return tall ? x.t() : x;
  }
}
