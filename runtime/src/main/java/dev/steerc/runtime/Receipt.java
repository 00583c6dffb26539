package dev.steerc.runtime;

import dev.steerc.manifest.Json;
import dev.steerc.plan.Site;
import dev.steerc.runtime.steering.Reading;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.util.List;
import java.util.Map;

/** What was done to a text, so that whoever gets it can prove and repeat it. */
public final class Receipt {
  private Receipt() {}

  /** The receipt of a text that has ended. */
  public static Map<String, Object> of(SteeredModel model, Completion text) {
    Steering steering = text.steering();
    return Json.object(
        "fingerprint", steering.isNone() ? null : steering.fingerprint(),
        "model", model.ports().base(),
        "seed", text.seed(),
        "vectors", vectors(model, steering),
        "readings", text.readings().stream().map(Receipt::reading).toList());
  }

  /** What each vector of a steering does. */
  public static List<Map<String, Object>> vectors(SteeredModel model, Steering steering) {
    return steering.terms().stream().map(term -> vector(model, term)).toList();
  }

  private static Map<String, Object> vector(SteeredModel model, Term term) {
    List<Site> sites = model.bind(Steering.of(term)).sites();
    Map<String, Object> vector =
        Json.object(
            "vector", term.vector().name(),
            "op", term.vector().op(),
            "strength", term.strength(),
            "sites", sites.stream().map(Site::text).toList(),
            "positions", term.positions().toString(),
            "decay", term.decay().toString(),
            "revision", term.vector().revision());
    vector.putAll(term.vector().numbers());
    term.condition()
        .ifPresent(
            when -> {
              vector.put("when", when.toString());
              when.source()
                  .map(Vector::revision)
                  .ifPresent(revision -> vector.put("when_revision", revision));
            });
    return vector;
  }

  /** What a condition saw. */
  public static Map<String, Object> reading(Reading reading) {
    return Json.object(
        "vector", reading.vector(),
        "site", reading.site().text(),
        "cosine", reading.cosine(),
        "threshold", reading.threshold(),
        "acts", reading.acts());
  }
}
