package dev.steerc.runtime.measure;

import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Edit;
import dev.steerc.runtime.steering.Vector;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Where a vector is tried: a row of the grid.
 *
 * @param label as a person names it, such as {@code 1} or {@code 1-2}
 * @param sites of the vector's edits that act together
 * @param share the length that strength 1 adds there, by the typical length of the activations,
 *     mean over the sites; NaN where nothing is added or the typical length is not known
 */
public record Place(String label, Set<Site> sites, double share) {

  public Place {
    sites = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(sites));
  }

  /**
   * Some sites of a vector.
   *
   * @param norms the typical lengths, where they are known
   */
  static Place of(String label, Vector vector, Set<Site> sites, Map<Site, Double> norms) {
    double share =
        sites.stream()
            .mapToDouble(site -> share(vector.edits().get(site), norms.get(site)))
            .average()
            .orElseThrow();
    return new Place(label, sites, share);
  }

  private static double share(Edit edit, Double norm) {
    if (norm == null || !(norm > 0) || !(edit instanceof Edit.Add add)) {
      return Double.NaN;
    }
    double squares = 0;
    for (float value : add.vector().values()) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares) / norm;
  }
}
