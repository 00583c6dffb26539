package dev.steerc.runtime.measure;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a point is chosen. It has to do more than the plain model whatever the rule.
 *
 * @param limit the most perplexity, the plain text's being 1, or the most divergence in nats
 * @param less whether there is to be less of the concept
 */
public record Rule(Kind kind, double limit, boolean less) {

  /** The rules. */
  public enum Kind {
    /** The best effect of all points that keep the limit of perplexity. */
    BEST,
    /**
     * Of each place, and of each direction there, the strongest point that keeps the limit of
     * divergence; of these the best.
     */
    ISO_KL;

    /** The word on the command line. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The best effect. */
  public static Rule best(double maxPerplexity) {
    return new Rule(Kind.BEST, maxPerplexity, false);
  }

  /** The same cost everywhere. */
  public static Rule isoKl(double budget) {
    return new Rule(Kind.ISO_KL, budget, false);
  }

  /** The same for less of the concept. */
  public Rule minimising(boolean wanted) {
    return new Rule(kind, limit, wanted);
  }

  /** Whether a point keeps the limit. */
  public boolean keeps(Measurement measured, Measurement plain) {
    return cost(measured, plain) <= limit;
  }

  /** What is limited. */
  double cost(Measurement measured, Measurement plain) {
    return kind == Kind.BEST ? measured.perplexity() / plain.perplexity() : measured.kl();
  }

  /** The chosen point; empty when none will do. */
  Optional<Point> choose(List<Point> points, Measurement plain) {
    return candidates(points, plain).stream()
        .filter(point -> gain(point, plain) > 0)
        .max(order(plain));
  }

  /** The point that comes nearest to being chosen, when none was; empty when none was measured. */
  Optional<Point> nearest(List<Point> points, Measurement plain) {
    Optional<Point> best = candidates(points, plain).stream().max(order(plain));
    return best.isPresent()
        ? best
        : points.stream()
            .filter(point -> point.measured().isPresent())
            .min(Comparator.comparingDouble(p -> cost(p.measured().orElseThrow(), plain)));
  }

  private List<Point> candidates(List<Point> points, Measurement plain) {
    List<Point> kept =
        points.stream()
            .filter(point -> point.measured().filter(m -> keeps(m, plain)).isPresent())
            .toList();
    return kind == Kind.BEST
        ? kept
        : kept.stream().filter(point -> isStrongest(point, kept)).toList();
  }

  /** Whether no other one of the same place and direction is stronger. */
  private static boolean isStrongest(Point point, List<Point> points) {
    return points.stream()
        .filter(other -> other.place().equals(point.place()))
        .allMatch(other -> other.strength() / point.strength() <= 1);
  }

  /** How much more of what is wanted there is than in the plain texts. */
  double gain(Point point, Measurement plain) {
    double more = point.measured().orElseThrow().effect() - plain.effect();
    return less ? -more : more;
  }

  /** By effect; of equal ones the cheaper, then the weaker one is better. */
  private Comparator<Point> order(Measurement plain) {
    return Comparator.<Point>comparingDouble(point -> gain(point, plain))
        .thenComparing(p -> -cost(p.measured().orElseThrow(), plain))
        .thenComparing(point -> -Math.abs(point.strength()));
  }

  /** In words. */
  public String text() {
    String what = less ? "least" : "most";
    return kind == Kind.BEST
        ? what + " of it with a perplexity of at most " + limit + " times the plain one's"
        : what + " of it where each place is as strong as a KL of " + limit + " nats allows";
  }
}
