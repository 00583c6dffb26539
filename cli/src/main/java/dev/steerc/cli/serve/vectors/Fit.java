package dev.steerc.cli.serve.vectors;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.steering.Steering;
import dev.steerc.runtime.steering.Term;
import dev.steerc.runtime.steering.Vector;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a vector and a model belong together. */
final class Fit {
  /** What patching the model otherwise would mend, or asking for other places. */
  private static final Set<Code> OF_PLACE =
      Set.of(Code.PORT_MISSING, Code.TAP_MISSING, Code.RANK_FIXED, Code.SITE_NOT_NAMED);

  private Fit() {}

  /** Why a vector cannot act where it says, or anywhere if it says nothing; empty if it can. */
  static Optional<Problem> problem(SteeredModel model, Vector vector) {
    return problems(model, vector).stream().findFirst();
  }

  /**
   * Refuses a vector that was made for another model, whatever sites of it are asked for.
   *
   * @throws SteercException in the words of the API
   */
  static void check(SteeredModel model, Vector vector) {
    problems(model, vector.at(Set.of())).stream()
        .filter(problem -> !OF_PLACE.contains(problem.code()))
        .findFirst()
        .ifPresent(
            problem -> {
              throw Wording.at("", problem.exception());
            });
  }

  private static List<Problem> problems(SteeredModel model, Vector vector) {
    Term term = Term.of(vector, 1);
    List<Problem> problems = binding(model, term);
    if (vector.placeless().isEmpty()) {
      return problems;
    }
    for (Site site : model.ports().steerable()) {
      problems = binding(model, term.at(site));
      if (problems.isEmpty()) {
        break;
      }
    }
    return problems;
  }

  private static List<Problem> binding(SteeredModel model, Term term) {
    try {
      model.bind(Steering.of(term));
      return List.of();
    } catch (SteercException e) {
      return e.problems();
    }
  }
}
