package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a {@link Sweep} found.
 *
 * @param baselines what the points are compared with, on the same prompts
 * @param points all of the grid, place by place, weakest first
 * @param chosen the operating point; empty when no point will do
 * @param report the chosen one on prompts that it was not chosen by
 */
public record Swept(
    Grid grid,
    Rule rule,
    Baselines baselines,
    List<Point> points,
    Optional<Point> chosen,
    Optional<Report> report) {

  public Swept {
    points = List.copyOf(points);
  }

  /**
   * What there is without steering.
   *
   * @param instructed the model told in words, when that was asked for
   */
  public record Baselines(Measurement plain, Optional<Measurement> instructed) {}

  /** The chosen point and its baselines. */
  public record Report(Baselines baselines, Measurement chosen) {}

  /** Why no point was chosen. */
  public Problem problem() {
    Problem problem =
        Problem.of(Code.NO_OPERATING_POINT, "no point of the sweep will do")
            .note(
                "wanted: "
                    + rule.text()
                    + (", and " + (rule.less() ? "less" : "more") + " than the plain texts' ")
                    + number(baselines.plain().effect()));
    return nearest()
        .map(point -> problem.note(nearest(point)))
        .orElse(problem)
        .help("try other --layers or --strengths, or a wider limit");
  }

  /** The point that comes nearest to being chosen; empty when none was measured. */
  public Optional<Point> nearest() {
    return rule.nearest(points, baselines.plain());
  }

  private String nearest(Point point) {
    Measurement measured = point.measured().orElseThrow();
    return String.format(
        Locale.ROOT,
        "the nearest is layers %s at strength %.3g: effect %.3f, perplexity %.2f times, KL %.3f",
        point.place().label(),
        point.strength(),
        measured.effect(),
        measured.perplexity() / baselines.plain().perplexity(),
        measured.kl());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
