package dev.steerc.plan;

import dev.steerc.onnx.ModelFile;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.residual.BranchBias;
import dev.steerc.residual.Place;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the biases that a plan steers through, or says why there are none. */
record Biases(ModelFile file, InputMode mode) {

  /** The step with the values of the bias at its site, when it is one that steers through that. */
  Plan.Step with(Plan.Step step) {
    if (!(step.intervention() instanceof Bias)) {
      return step;
    }
    if (mode == InputMode.REQUIRED) {
      throw none(step, "a required input has no default, and the bias is one").exception();
    }
    List<FloatBuffer> values = step.places().stream().map(place -> values(step, place)).toList();
    if (values.stream().distinct().count() > 1) {
      throw none(step, "the branches of an `If` have different ones").exception();
    }
    return new Plan.Step(step.intervention(), step.places(), step.width(), values.get(0));
  }

  private FloatBuffer values(Plan.Step step, Place place) {
    BranchBias bias =
        of(place).orElseThrow(() -> none(step, "no branch of a block ends there").exception());
    if (!bias.obstacle().isEmpty()) {
      throw none(step, bias.obstacle()).exception();
    }
    return bias.tensor()
        .flatMap(tensor -> tensor.floats(file))
        .orElseThrow(() -> none(step, "the values of its bias cannot be read").exception());
  }

  /** The bias of the branch at a place, or of the one whose sum the place is. */
  static Optional<BranchBias> of(Place place) {
    Optional<Place.Branch> branch =
        place instanceof Place.Output output ? output.branch() : Optional.of((Place.Branch) place);
    return branch.map(Place.Branch::own);
  }

  private Problem none(Plan.Step step, String why) {
    String site = step.intervention().site().text();
    return Problem.of(Code.NO_BIAS, "no bias can carry a vector at " + site)
        .at(file.where())
        .note(why)
        .help("add a node instead: --at " + site + ":add");
  }

  /**
   * Refuses what would not act in the order of the sites: a bias is one port, and what reads a
   * branch sees it.
   */
  static void check(ModelFile file, List<Plan.Step> steps) {
    Set<List<Object>> taken = new HashSet<>();
    List<Problem> problems = new ArrayList<>();
    for (Plan.Step step : steps) {
      if (step.intervention() instanceof Bias) {
        String site = step.intervention().site().text();
        for (Place place : step.places()) {
          BranchBias bias = of(place).orElseThrow();
          if (!taken.add(List.of(bias.node(), bias.input()))) {
            problems.add(
                Problem.of(Code.NO_BIAS, "the bias at " + site + " is steered already")
                    .at(file.where())
                    .note("a sum has the bias of the branch that it adds")
                    .help("ask for one of the two sites"));
          }
          reader(steps, step, place)
              .ifPresent(
                  reader ->
                      problems.add(
                          Problem.of(Code.NO_BIAS, "`" + reader + "` would see what is at " + site)
                              .at(file.where())
                              .note("the vector is in the branch, ahead of the sum")
                              .help("add a node instead: --at " + site + ":add")));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new dev.steerc.problem.SteercException(problems.stream().distinct().toList());
    }
  }

  /** What reads the branch of a sum that is steered through the branch's bias. */
  private static Optional<String> reader(List<Plan.Step> steps, Plan.Step step, Place place) {
    if (!(place instanceof Place.Output output)) {
      return Optional.empty();
    }
    return steps.stream()
        .filter(other -> !other.intervention().worksOnSummands())
        .filter(other -> other.places().contains(output.branch().orElseThrow()))
        .map(other -> other.intervention().text())
        .findFirst();
  }
}
