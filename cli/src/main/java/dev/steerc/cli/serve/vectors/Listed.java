package dev.steerc.cli.serve.vectors;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorFile;
import dev.steerc.runtime.steering.VectorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A vector of the registry.
 *
 * @param file empty when it is broken
 * @param revision what {@link Vector#revision} says; empty when it is broken
 * @param problem why nothing can be steered with it
 * @param created when its file was written, in seconds since 1970
 */
record Listed(
    String name,
    Optional<VectorFile> file,
    Optional<String> revision,
    Optional<Problem> problem,
    long created) {
  private static final int SHOWN = 1000;

  static Listed of(VectorFile file, SteeredModel model) {
    Vector vector = file.vector();
    return new Listed(
        file.name(),
        Optional.of(file),
        Optional.of(vector.revision()),
        Fit.problem(model, vector),
        time(file.path()));
  }

  /**
   * What a store has under a name.
   *
   * @param before the same some time ago, or null
   */
  static Listed of(VectorStore store, String name, Listed before, SteeredModel model) {
    try {
      VectorFile file = store.named(name);
      boolean isSame = before != null && before.file.filter(old -> old == file).isPresent();
      return isSame ? before : of(file, model);
    } catch (SteercException e) {
      Optional<Problem> problem = Optional.of(e.problems().get(0));
      long created = time(store.files(name).get(0));
      return new Listed(name, Optional.empty(), Optional.empty(), problem, created);
    }
  }

  private static long time(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis() / 1000;
    } catch (IOException e) {
      return 0; // deleted meanwhile
    }
  }

  boolean fits() {
    return problem.isEmpty();
  }

  /**
   * As the API tells it.
   *
   * @param strength the default one
   * @param uses how many requests use vectors of that name
   */
  Map<String, Object> toMap(double strength, int uses) {
    Optional<Vector> vector = file.map(VectorFile::vector);
    return Json.object(
        "id",
        name,
        "object",
        "vector",
        "created",
        created,
        "op",
        vector.map(Vector::op),
        "sites",
        vector.map(v -> sites(v)).orElse(List.of()),
        "base",
        vector.flatMap(Vector::base),
        "revision",
        revision,
        "default_strength",
        strength,
        "in_use",
        uses,
        "metadata",
        metadata(),
        "fits",
        fits(),
        "problem",
        problem.map(Listed::text));
  }

  /** What the file says besides; of long texts, only how they begin. */
  private Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    file.map(VectorFile::about).orElse(Map.of()).forEach((k, v) -> metadata.put(cut(k), cut(v)));
    return metadata;
  }

  private static String cut(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }

  private static List<String> sites(Vector vector) {
    return vector.acting().keySet().stream().map(Site::text).toList();
  }

  private static String text(Problem problem) {
    StringBuilder text = new StringBuilder(Wording.hidden(problem, problem.what()));
    problem.notes().forEach(note -> text.append("; ").append(Wording.hidden(problem, note)));
    return text.toString();
  }
}
