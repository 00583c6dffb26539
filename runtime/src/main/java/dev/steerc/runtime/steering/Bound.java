package dev.steerc.runtime.steering;

import dev.steerc.plan.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A steering fitted to one model: which edit acts at which of its sites.
 *
 * @param steering what was fitted
 * @param edits the edits by site
 */
public record Bound(Steering steering, Map<Site, List<Part>> edits) {

  /** No steering, which fits every model. */
  public static final Bound NONE = new Bound(Steering.NONE, Map.of());

  /**
   * One term's edit at one site.
   *
   * @param added the vector to add; empty when the edit reads the stream
   * @param projection the projection; null when a vector is added
   */
  record Part(Term term, float[] added, Projection projection) {
    boolean isAdded() {
      return projection == null;
    }

    /** Whether it does the same at strength 1. */
    boolean isSame(Part other) {
      return this == other || isAdded() && other.isAdded() && Arrays.equals(added, other.added);
    }

    /** Whether it is as strong at all tokens of any two texts. */
    boolean goesOnLike(Part other) {
      return term.strength() == other.term.strength()
          && term.isConstant()
          && term.positions().equals(other.term.positions())
          && other.term.isConstant();
    }

    double strengthAt(int position, int prompt) {
      return term.strengthAt(position, prompt);
    }
  }

  /** The sites that it acts at. */
  public List<Site> sites() {
    return List.copyOf(edits.keySet());
  }

  /** Whether some of it depends on what the prompt looks like. */
  public boolean isConditional() {
    return steering.terms().stream().anyMatch(term -> term.condition().isPresent());
  }

  /** The sites whose activations the conditions look at. */
  public Set<Site> watched() {
    return Set.copyOf(
        steering.terms().stream()
            .flatMap(t -> t.condition().stream())
            .map(Condition::site)
            .toList());
  }

  /** What is left for the run that the conditions are read from. */
  public Bound unconditional() {
    return keeping(steering.terms().stream().filter(t -> t.condition().isEmpty()).toList());
  }

  /**
   * Reads the conditions of each term that has one.
   *
   * @param taps the prompt's activations [tokens, hidden] by site, without padding
   */
  public List<Reading> readings(Map<Site, float[]> taps) {
    List<Reading> readings = new ArrayList<>();
    for (Term term : steering.terms()) {
      Optional<Condition> condition = term.condition();
      if (condition.isPresent()) {
        Condition when = condition.get();
        double cosine = when.cosine(taps.get(when.site()));
        boolean acts = when.holds(cosine);
        readings.add(
            new Reading(term.vector().name(), when.site(), cosine, when.threshold(), acts));
      }
    }
    return readings;
  }

  /** What acts according to the readings, which are in the order of the conditional terms. */
  public Bound decided(List<Reading> readings) {
    List<Term> kept = new ArrayList<>();
    int next = 0;
    for (Term term : steering.terms()) {
      if (term.condition().isEmpty() || readings.get(next++).acts()) {
        kept.add(term);
      }
    }
    return keeping(kept);
  }

  /**
   * Whether it does anything at the first tokens.
   *
   * @param prompt how many tokens the prompt has
   */
  public boolean touches(int tokens, int prompt) {
    for (Term term : steering.terms()) {
      for (int position = 0; position < tokens; position++) {
        if (term.strengthAt(position, prompt) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Terms are compared by identity: two equal ones are still two. */
  private Bound keeping(List<Term> kept) {
    Map<Site, List<Part>> parts = new LinkedHashMap<>();
    edits.forEach(
        (site, all) -> {
          List<Part> some =
              all.stream().filter(p -> kept.stream().anyMatch(t -> t == p.term)).toList();
          if (!some.isEmpty()) {
            parts.put(site, some);
          }
        });
    return new Bound(new Steering(kept, steering.conflict()), parts);
  }
}
