package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Tries a vector at all points of a grid, chooses one, and measures that one again on prompts that
 * it was not chosen by.
 *
 * @param choosing measures the grid
 * @param reporting measures what was chosen, on other prompts
 * @param instruction a prompt that asks for the same, to compare with
 */
public record Sweep(
    Grid grid, Rule rule, Optional<String> instruction, Exam choosing, Exam reporting) {
  /** Texts that surprise the model so many times as much have fallen apart: no more of that. */
  private static final double RUIN = 20;

  /** Hears of how far the work is. */
  @FunctionalInterface
  public interface Progress {
    /** Hears of nothing. */
    Progress NONE = (what, done, all) -> {};

    /**
     * Some more is done.
     *
     * @param what is worked on
     * @param done texts that were generated, or are not needed any more
     */
    void at(String what, int done, int all);
  }

  /**
   * Does it.
   *
   * @throws SteercException when a text cannot be generated or scored
   */
  public Swept run(Progress progress) {
    Work work = new Work(progress, texts());
    Swept.Baselines before = baselines(choosing, work);
    List<Point> points = new ArrayList<>();
    for (Place place : grid.places()) {
      points.addAll(row(place, before.plain(), work));
    }
    Optional<Point> chosen = rule.choose(points, before.plain());
    Optional<Swept.Report> report = chosen.map(point -> report(point, work));
    return new Swept(grid, rule, before, points, chosen, report);
  }

  private int texts() {
    int baselines = instruction.isPresent() ? 2 : 1;
    return choosing.prompts().size() * (grid.size() + baselines)
        + reporting.prompts().size() * (1 + baselines);
  }

  private Swept.Baselines baselines(Exam exam, Work work) {
    Measurement plain = exam.of(Steering.NONE, work.on("plain"));
    return new Swept.Baselines(
        plain, instruction.map(text -> exam.instructed(text, work.on("instruction"))));
  }

  private Swept.Report report(Point point, Work work) {
    Swept.Baselines baselines = baselines(reporting, work);
    Steering steering = grid.steering(point.place(), point.strength());
    return new Swept.Report(baselines, reporting.of(steering, work.on("chosen")));
  }

  /** The points of a place, until the texts fall apart in a direction. */
  private List<Point> row(Place place, Measurement plain, Work work) {
    List<Point> points = new ArrayList<>();
    Set<Double> ruined = new HashSet<>();
    for (double amount : grid.amounts()) {
      double strength = grid.strength(place, amount);
      Optional<Measurement> measured = Optional.empty();
      if (ruined.contains(Math.signum(strength))) {
        work.skip(choosing.prompts().size());
      } else {
        measured = measure(place, strength, work);
      }
      if (measured.isEmpty() || measured.get().perplexity() > RUIN * plain.perplexity()) {
        ruined.add(Math.signum(strength));
      }
      points.add(new Point(place, strength, measured));
    }
    return points;
  }

  /** What a point does; empty when the model's numbers overflow. */
  private Optional<Measurement> measure(Place place, double strength, Work work) {
    String what = "layers " + place.label() + " x " + String.format(Locale.ROOT, "%.3g", strength);
    int before = work.done;
    try {
      return Optional.of(choosing.of(grid.steering(place, strength), work.on(what)));
    } catch (SteercException e) {
      if (e.problems().stream().anyMatch(p -> p.code() != Code.SCORES_NOT_FINITE)) {
        throw e;
      }
      work.skip(choosing.prompts().size() - (work.done - before));
      return Optional.empty();
    }
  }

  /** How far it is. */
  private static final class Work {
    private final Progress progress;
    private final int all;
    private int done;
    private String what = "";

    Work(Progress progress, int all) {
      this.progress = progress;
      this.all = all;
    }

    Exam.Progress on(String next) {
      what = next;
      progress.at(what, done, all);
      return this::skip;
    }

    void skip(int texts) {
      done += texts;
      progress.at(what, done, all);
    }
  }
}
