package dev.steerc.runtime.measure;

import dev.steerc.problem.Code;
import dev.steerc.problem.SteercException;
import dev.steerc.runtime.steering.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tries a vector at all points of a grid, chooses one, and measures that one again on prompts that
 * it was not chosen by. It goes in waves: the weakest strength at all places, then the next one
 * wherever the texts have not fallen apart.
 *
 * @param choosing measures the grid
 * @param reporting measures what was chosen, on other prompts
 * @param instruction a prompt that asks for the same, to compare with
 */
public record Sweep(
    Grid grid, Rule rule, Optional<String> instruction, Exam choosing, Exam reporting) {

  /** Hears of how far the work is. */
  @FunctionalInterface
  public interface Progress {
    /** Hears of nothing. */
    Progress NONE = (what, done, all) -> {};

    /**
     * Some more is done.
     *
     * @param what was worked on
     * @param done texts that were generated, or are not needed any more
     */
    void at(String what, int done, int all);
  }

  /**
   * Does it on this machine.
   *
   * @throws SteercException when a text cannot be generated or scored
   */
  public Swept run(Progress progress) {
    return run(this::here, progress);
  }

  /** The same with the texts generated elsewhere, to the same result. */
  public Swept run(Sitting.Hall hall, Progress progress) {
    Work work = new Work(hall, progress, texts());
    Swept.Baselines before = work.plain(choosing);
    List<Direction> all = Direction.of(grid);
    for (List<Direction> wave = open(all); !wave.isEmpty(); wave = open(all)) {
      work.on(wave, before.plain());
    }
    List<Point> points = Direction.points(grid, all);
    Optional<Point> chosen = rule.choose(points, before.plain());
    return new Swept(grid, rule, before, points, chosen, chosen.map(work::report));
  }

  private static List<Direction> open(List<Direction> directions) {
    return directions.stream().filter(Direction::goesOn).toList();
  }

  private int texts() {
    int baselines = instruction.isPresent() ? 2 : 1;
    return choosing.prompts().size() * (grid.size() + baselines)
        + reporting.prompts().size() * (1 + baselines);
  }

  private List<Tally> here(List<Sitting> sittings, Sitting.Progress progress) {
    List<Tally> tallies = new ArrayList<>();
    for (Sitting sitting : sittings) {
      Steering steering =
          sitting.place().map(at -> grid.steering(at, sitting.strength())).orElse(Steering.NONE);
      tallies.add(choosing.candidate().take(sitting.part(), steering));
      progress.over(sitting);
    }
    return tallies;
  }

  /** A sweep under way. */
  private final class Work {
    private final Sitting.Hall hall;
    private final Progress progress;
    private final int all;
    private int done;

    Work(Sitting.Hall hall, Progress progress, int all) {
      this.hall = hall;
      this.progress = progress;
      this.all = all;
      progress.at("", 0, all);
    }

    Swept.Baselines plain(Exam exam) {
      return baselines(exam, hold(baselineSittings(exam)));
    }

    /** Measures one strength of each direction. */
    void on(List<Direction> wave, Measurement plain) {
      List<Part> parts = choosing.parts();
      List<Tally> tallies =
          hold(wave.stream().flatMap(way -> at(way.place(), way.next(), parts)).toList());
      for (int i = 0; i < wave.size(); i++) {
        List<Tally> own = tallies.subList(i * parts.size(), (i + 1) * parts.size());
        wave.get(i).add(measurement(parts, own), plain);
        if (!wave.get(i).goesOn()) {
          skip("skipped", wave.get(i).left() * choosing.prompts().size());
        }
      }
    }

    Swept.Report report(Point point) {
      List<Part> parts = reporting.parts();
      List<Sitting> baselines = baselineSittings(reporting);
      Stream<Sitting> chosen = at(point.place(), point.strength(), parts);
      List<Tally> tallies = hold(Stream.concat(baselines.stream(), chosen).toList());
      int first = baselines.size();
      return new Swept.Report(
          baselines(reporting, tallies.subList(0, first)),
          reporting.measurement(parts, tallies.subList(first, tallies.size())));
    }

    private List<Tally> hold(List<Sitting> sittings) {
      return hall.hold(sittings, one -> skip(one.label(), one.part().size()));
    }

    private void skip(String what, int texts) {
      done += texts;
      progress.at(what, done, all);
    }
  }

  private static Stream<Sitting> at(Place place, double strength, List<Part> parts) {
    return parts.stream().map(part -> Sitting.at(place, strength, part));
  }

  private List<Sitting> baselineSittings(Exam exam) {
    Stream<Sitting> plain = exam.parts().stream().map(part -> Sitting.plain("plain", part));
    Stream<Sitting> told =
        instruction.stream()
            .flatMap(text -> exam.parts(text).stream())
            .map(part -> Sitting.plain("instruction", part));
    return Stream.concat(plain, told).toList();
  }

  private Swept.Baselines baselines(Exam exam, List<Tally> tallies) {
    int parts = exam.parts().size();
    Measurement plain = exam.measurement(exam.parts(), tallies.subList(0, parts));
    return new Swept.Baselines(
        plain,
        instruction
            .map(text -> exam.measurement(exam.parts(text), tallies.subList(parts, 2 * parts)))
            .map(Measurement::withoutKl));
  }

  /** What a point does; empty when the model's numbers overflow. */
  private Optional<Measurement> measurement(List<Part> parts, List<Tally> tallies) {
    try {
      return Optional.of(choosing.measurement(parts, tallies));
    } catch (SteercException e) {
      if (e.problems().stream().anyMatch(p -> p.code() != Code.SCORES_NOT_FINITE)) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
