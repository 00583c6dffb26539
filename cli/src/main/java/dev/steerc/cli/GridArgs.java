package dev.steerc.cli;

import dev.steerc.plan.Site;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.runtime.measure.Grid;
import dev.steerc.runtime.measure.Rule;
import dev.steerc.runtime.steering.Condition;
import dev.steerc.runtime.steering.Positions;
import dev.steerc.runtime.steering.Vector;
import dev.steerc.runtime.steering.VectorStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is tried, and how one of it is chosen. */
public final class GridArgs {
  @Option(
      names = "--layers",
      paramLabel = "LAYERS",
      description =
          "A row of the grid, repeatable: blocks that are steered together, such as 1-2 (default:"
              + " each place that the vector has, one at a time).")
  private List<String> layers = List.of();

  @Option(
      names = "--strengths",
      split = ",",
      paramLabel = "S",
      description = "Factors on the vector (default: 0.5,1,1.5,2,3,4,6).")
  private List<Double> strengths = List.of();

  @Option(
      names = "--fractions",
      split = ",",
      paramLabel = "F",
      description =
          "Lengths instead of factors, as fractions of the activations' typical length, such as"
              + " 0.05,0.1,0.2.")
  private List<Double> fractions = List.of();

  @Option(
      names = "--positions",
      paramLabel = "RULE",
      description = "all (the default), prompt, generated, first:N, last:N or after:N.")
  private String positions = "all";

  @Option(
      names = "--when",
      paramLabel = "CONDITION",
      description =
          "Steer only those prompts for which it holds, as `steerc run --when` does; the others are"
              + " measured as well.")
  private String when;

  @Option(
      names = "--rule",
      paramLabel = "RULE",
      description =
          "best: the best effect within --max-perplexity (the default). iso-kl: at each place the"
              + " strongest within --kl, of these the best effect.")
  private String rule = "best";

  @Option(
      names = "--max-perplexity",
      paramLabel = "X",
      description = "Times that of the plain texts (default: 1.2).")
  private double maxPerplexity = 1.2;

  @Option(
      names = "--kl",
      paramLabel = "NATS",
      description = "The mean divergence of a token that iso-kl allows (default: 0.5).")
  private double kl = 0.5;

  @Option(
      names = {"--minimise", "--minimize"},
      description = "Look for less of the concept.")
  private boolean minimise;

  /** The condition, with its vector from a folder or a file. */
  public Optional<Condition> when(VectorStore store) {
    return Optional.ofNullable(when).map(store::condition);
  }

  public Grid grid(
      Vector vector, Map<Site, Double> norms, int blocks, Optional<Condition> condition) {
    Vector placed = Grid.placed(vector, blocks);
    return new Grid(
        placed,
        Grid.places(placed, layers, norms, blocks),
        amounts(),
        !fractions.isEmpty(),
        where(),
        condition);
  }

  /** Says what is wrong with the options, whatever the vector. */
  public void check() {
    amounts();
    where();
    rule();
  }

  private List<Double> amounts() {
    if (!strengths.isEmpty() && !fractions.isEmpty()) {
      throw usage("--strengths and --fractions say the same thing", "pass one of them");
    }
    List<Double> given = fractions.isEmpty() ? strengths : fractions;
    for (double amount : given) {
      if (!Double.isFinite(amount) || amount == 0) {
        throw usage("a strength cannot be " + amount, "pass numbers such as 0.5,1,2,4");
      }
    }
    return given.isEmpty() ? Grid.USUAL : given;
  }

  private Positions where() {
    return Positions.parse(positions)
        .orElseThrow(
            () ->
                usage(
                    "`--positions " + positions + "` cannot be understood",
                    "pass all, prompt, generated, first:N, last:N or after:N"));
  }

  public Rule rule() {
    double limit = rule.equals("best") ? maxPerplexity : kl;
    if (!(limit > 0)) {
      throw usage("a limit of " + limit + " allows nothing", "pass a number above 0");
    }
    return switch (rule) {
      case "best" -> Rule.best(limit).minimising(minimise);
      case "iso-kl" -> Rule.isoKl(limit).minimising(minimise);
      default -> throw usage("there is no rule `" + rule + "`", "choose one of best, iso-kl");
    };
  }

  private static RuntimeException usage(String what, String help) {
    return Problem.of(Code.USAGE, what).help(help).exception();
  }
}
