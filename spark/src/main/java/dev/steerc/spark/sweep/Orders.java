package dev.steerc.spark.sweep;

import dev.steerc.plan.Site;
import dev.steerc.plan.Target;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.format.Floats;
import dev.steerc.runtime.measure.Candidate;
import dev.steerc.runtime.measure.ContinuationScorer;
import dev.steerc.runtime.measure.Exam;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Place;
import dev.steerc.runtime.measure.Sweep;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What all sittings of a sweep have in common, in a form that travels.
 *
 * @param vector the name of its file
 * @param places the paths of the sites of each
 * @param when the condition, if there is one
 * @param continuations the scorer that asks the model, if there is one
 */
record Orders(
    String vector,
    List<List<String>> places,
    String positions,
    List<When> when,
    int maxNewTokens,
    List<Map<String, List<ContinuationScorer.Choice>>> continuations)
    implements Serializable {
  private static final Path SHIPPED = Path.of("--continuations");

  /** A condition. */
  record When(String site, float[] direction, double threshold, boolean above, Condition.Over over)
      implements Serializable {
    static When of(Condition condition) {
      return new When(
          condition.site().text(),
          condition.vector().values(),
          condition.threshold(),
          condition.above(),
          condition.over());
    }

    Condition condition() {
      Site there = Target.parse(site + ":tap", OptionalInt.empty()).site();
      Floats values = new Floats(new long[] {direction.length}, direction);
      return new Condition(there, values, threshold, above, over, Optional.empty());
    }
  }

  static Orders of(Sweep sweep, VectorFile vector) {
    Grid grid = sweep.grid();
    Exam exam = sweep.choosing();
    return new Orders(
        vector.path().getFileName().toString(),
        grid.places().stream().map(Orders::paths).toList(),
        grid.positions().toString(),
        grid.when().stream().map(When::of).toList(),
        exam.settings().apply(exam.model().defaults()).maxNewTokens(),
        exam.scorer() instanceof ContinuationScorer own ? List.of(own.byPrompt()) : List.of());
  }

  private static List<String> paths(Place place) {
    return place.sites().stream().map(Site::path).toList();
  }

  /** The grid as the driver has it, with one strength: a seat says its own. */
  Grid grid(SteeredModel model, VectorStore vectors) {
    Vector own = VectorFile.open(vectors.folder().resolve(vector)).vector();
    Vector placed = Grid.placed(own, model.ports().blocks());
    return new Grid(
        placed,
        places.stream().map(paths -> place(placed, paths)).toList(),
        List.of(1.0),
        false,
        Positions.parse(positions).orElseThrow(),
        when.stream().map(When::condition).findFirst());
  }

  private static Place place(Vector vector, List<String> paths) {
    Set<Site> sites =
        vector.edits().keySet().stream()
            .filter(site -> paths.contains(site.path()))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return new Place(String.join(",", paths), sites, Double.NaN);
  }

  Candidate candidate(SteeredModel model) {
    Optional<ContinuationScorer> asking =
        continuations.stream().map(by -> new ContinuationScorer(SHIPPED, by)).findFirst();
    return new Candidate(model, settings -> settings.maxNewTokens(maxNewTokens), asking);
  }
}
