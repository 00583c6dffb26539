package dev.steerc.runtime.learn;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;

/**
 * A logistic regression on features of mean 0 and deviation 1: the mean log-loss plus {@link
 * #PENALTY}/2 times the squared length of the weights, without a penalty on the intercept.
 */
final class Logistic {
  /**
   * What keeps the weights of classes that are told apart without error finite, and the minimum the
   * only one. 0.01 is what a regression with C = 1 has on 100 texts; less follows the noise of some
   * hundred texts, and more comes closer to the difference of the means.
   */
  static final double PENALTY = 0.01;

  /** A feature that varies by less than this part of its mean is constant. */
  static final double CONSTANT = 1e-9;

  /** How far the weights may be off, as a part of their length. */
  private static final double OFF = 1e-7;

  /** A gradient, in deviations of a feature, that shows no difference of the classes at all. */
  private static final double FLAT = 1e-12;

  private static final int PASSES = 1000;

  private final Sample sample;
  private final int positive;
  private final int width;
  private final double[] mean;
  private final double[] scale;

  private Logistic(Sample sample, int positive) {
    this.sample = sample;
    this.positive = positive;
    this.width = sample.width();
    this.mean = sample.mean();
    this.scale = scale();
  }

  /** The weights for a class against all others, in the activations' own units. */
  static double[] direction(Sample sample, int positive) {
    return new Logistic(sample, positive).direction();
  }

  private double[] direction() {
    double[] weights =
        Lbfgs.minimum(this::loss, width + 1, Logistic::isMinimum, PASSES)
            .orElseThrow(
                () ->
                    Problem.of(Code.NOT_LEARNABLE, "the logistic regression does not converge")
                        .note("it went through the rows " + PASSES + " times")
                        .help("use `--method diffmean`")
                        .exception());
    double[] direction = new double[width];
    for (int i = 0; i < width; i++) {
      direction[i] = weights[i] * scale[i];
    }
    return direction;
  }

  /** One by the deviation of each feature; 0 where it is constant, so that it gets no weight. */
  private double[] scale() {
    double[] squares = sample.learn(width, new Squares(mean));
    double[] scale = new double[width];
    for (int i = 0; i < width; i++) {
      double deviation = Math.sqrt(squares[i] / sample.learned());
      scale[i] = deviation > CONSTANT * Math.abs(mean[i]) ? 1 / deviation : 0;
    }
    return scale;
  }

  /** Along every line the curvature is PENALTY at least, which bounds how far the minimum is. */
  private static boolean isMinimum(double[] point, double[] gradient) {
    double intercept = point[point.length - 1];
    double weights = Math.sqrt(Doubles.dot(point, point) - intercept * intercept);
    return Doubles.norm(gradient) <= Math.max(FLAT, OFF * PENALTY * weights);
  }

  /**
   * The objective.
   *
   * @param point the weights [width] and the intercept
   */
  private double loss(double[] point, double[] gradient) {
    double[] sums = sample.learn(width + 2, new Loss(mean, scale, point, positive));
    double squares = 0;
    for (int i = 0; i < width; i++) {
      gradient[i] = sums[i] / sample.learned() + PENALTY * point[i];
      squares += point[i] * point[i];
    }
    gradient[width] = sums[width + 1] / sample.learned();
    return sums[width] / sample.learned() + PENALTY / 2 * squares;
  }

  /** The squares of the features around a mean. */
  private record Squares(double[] mean) implements Pass {
    @Override
    public void add(Block block, double[] sums) {
      block.center(mean);
      block.addSquares(sums);
    }
  }

  /** The slope of the loss by each weight [width], the loss, and its slope by the intercept. */
  private record Loss(double[] mean, double[] scale, double[] point, int positive) implements Pass {
    @Override
    public void add(Block block, double[] sums) {
      int width = mean.length;
      double[] margins = new double[Block.MOST];
      double[] slopes = new double[Block.MOST];
      block.standardise(mean, scale);
      block.times(point, 1, margins);
      for (int row = 0; row < block.rows(); row++) {
        int sign = block.of(row) == positive ? 1 : -1;
        double margin = sign * (margins[row] + point[width]);
        sums[width] += softplus(-margin);
        slopes[row] = -sign / (1 + StrictMath.exp(margin));
        sums[width + 1] += slopes[row];
      }
      block.addWeighted(slopes, 1, sums);
    }
  }

  /** ln(1 + e^x), with the same bits on every machine. */
  private static double softplus(double x) {
    return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
  }
}
