package dev.steerc.runtime.measure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One way to go at a place, from the weakest strength on, until the texts fall apart. */
final class Direction {
  /** Texts that surprise the model so many times as much have fallen apart: no more of that. */
  private static final double RUIN = 20;

  private final Place place;
  private final List<Double> strengths;
  private final List<Point> points = new ArrayList<>();
  private boolean ruined;

  private Direction(Place place, List<Double> strengths) {
    this.place = place;
    this.strengths = strengths;
  }

  /** All of a grid. */
  static List<Direction> of(Grid grid) {
    return grid.places().stream().flatMap(place -> of(grid, place)).toList();
  }

  private static Stream<Direction> of(Grid grid, Place place) {
    return Stream.of(1.0, -1.0)
        .map(
            sign ->
                grid.amounts().stream()
                    .map(amount -> grid.strength(place, amount))
                    .filter(strength -> Math.signum(strength) == sign)
                    .toList())
        .map(strengths -> new Direction(place, strengths));
  }

  Place place() {
    return place;
  }

  /** Whether there is something more to try. */
  boolean goesOn() {
    return left() > 0 && !ruined;
  }

  /** How many strengths were not tried. */
  int left() {
    return strengths.size() - points.size();
  }

  /** What to try next. */
  double next() {
    return strengths.get(points.size());
  }

  /**
   * Takes what that does.
   *
   * @param measured empty when the model's numbers overflow
   */
  void add(Optional<Measurement> measured, Measurement plain) {
    points.add(new Point(place, next(), measured));
    ruined = measured.isEmpty() || measured.get().perplexity() > RUIN * plain.perplexity();
  }

  /** All points of it, those that were not tried among them. */
  private Stream<Point> all() {
    Stream<Point> rest =
        strengths.stream().skip(points.size()).map(s -> new Point(place, s, Optional.empty()));
    return Stream.concat(points.stream(), rest);
  }

  /** The points of a grid, place by place, weakest first. */
  static List<Point> points(Grid grid, List<Direction> directions) {
    List<Point> points = new ArrayList<>();
    for (Place place : grid.places()) {
      List<Double> order = grid.amounts().stream().map(a -> grid.strength(place, a)).toList();
      directions.stream()
          .filter(direction -> direction.place == place)
          .flatMap(Direction::all)
          .sorted(Comparator.comparingInt(point -> order.indexOf(point.strength())))
          .forEach(points::add);
    }
    return points;
  }
}
